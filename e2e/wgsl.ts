/**
 * WGSL against the reference in headless Chromium: SwiftShader where there is no GPU. One browser for each piece, because
 * SwiftShader's threads can end a process that has drawn several.
 * @module
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import type { Compared, Wanted } from "./wgsl-page.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser. */
export const hasChromium = existsSync(executablePath);

/** Compares pieces one after the other; a browser that died of its own is started again, twice at most. */
export async function* compareOnGpu(wanted: Iterable<Wanted>): AsyncGenerator<Compared & Wanted> {
  const script = await bundle();
  for (const piece of wanted) {
    for (let attempt = 1; ; attempt++) {
      try {
        yield { ...piece, ...(await compareOne(script, piece)) };
        break;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }
}

async function compareOne(script: string, piece: Wanted): Promise<Compared> {
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...["--no-sandbox", "--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-vulkan=swiftshader"],
      ...["--use-webgpu-adapter=swiftshader", "--disable-dev-shm-usage"],
    ],
  });
  try {
    const page = await browser.newPage();
    // WebGPU is there in secure contexts only, and localhost is one.
    await page.route("http://localhost/", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
    );
    await page.goto("http://localhost/");
    await page.addScriptTag({ content: script });
    return await page.evaluate(
      (one) => (globalThis as unknown as { compare(w: Wanted): Promise<Compared> }).compare(one),
      piece,
    );
  } finally {
    await browser.close();
  }
}

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      lib: { entry: fileURLToPath(new URL("./wgsl-page.ts", import.meta.url)), formats: ["iife"], name: "page" },
    },
  });
  const [made] = Array.isArray(result) ? result : [result];
  if (made === undefined || !("output" in made)) throw new Error("vite gave no bundle");
  return made.output[0].code;
}
