import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The page is served by the node from `dist`; there is no development server, the build takes a second or two. */
export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", assetsInlineLimit: 0, reportCompressedSize: false, modulePreload: { polyfill: false } },
  worker: { format: "es" },
});
