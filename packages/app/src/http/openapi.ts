/**
 * The OpenAPI 3.1 document, made from the routes.
 * @module
 */
import { type Route, routes } from "@carrara/api/routes";
import { apiError } from "@carrara/api/schemas";
import { z } from "zod";

/** For /api/openapi.json. */
export function openApi(): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replace(/:([a-zA-Z]+)/g, "{$1}");
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Carrara",
      version: "0.1.0",
      description: "One self-hosted node: mine coin, make art, sell it.",
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
  };
}

function operation(name: string, route: Route): object {
  const byStatus = new Map<number, string[]>([[400, ["bad-request"]]]);
  for (const [code, status] of Object.entries(route.errors))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  return {
    operationId: name,
    summary: route.summary,
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(route.body ? { requestBody: { required: true, content: json(route.body, "input") } } : {}),
    responses: {
      200: { description: "Done.", content: json(route.response, "output") },
      ...Object.fromEntries(
        [...byStatus].map(([status, codes]) => [
          status,
          { description: `Refused: ${codes.join(", ")}.`, content: json(apiError, "output") },
        ]),
      ),
    },
  };
}

function parameters(schema: z.ZodObject | undefined, place: "path" | "query"): object[] {
  if (!schema) return [];
  return Object.entries(schema.shape).map(([name, part]) => ({
    name,
    in: place,
    required: place === "path" || !(part as z.ZodType).safeParse(undefined).success,
    schema: jsonSchema(part as z.ZodType, "input"),
  }));
}

function json(schema: z.ZodType, io: "input" | "output"): object {
  return { "application/json": { schema: jsonSchema(schema, io) } };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
