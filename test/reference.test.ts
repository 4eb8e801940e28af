import { readFileSync } from "node:fs";
import type { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { exitCodeOf } from "../packages/server/src/cli/exit-code.ts";
import { configSchema } from "../packages/server/src/config/schema.ts";
import { httpStatusOf } from "../packages/server/src/http/problem.ts";
import { healthRoutes } from "../packages/server/src/http/routes/health.ts";
import { jaegerRoutes } from "../packages/server/src/http/routes/jaeger.ts";
import { liveRoutes } from "../packages/server/src/http/routes/live.ts";
import { pipelinesRoutes } from "../packages/server/src/http/routes/pipelines.ts";
import { prometheusHealthRoutes } from "../packages/server/src/http/routes/prometheus-status.ts";
import { prometheusRoutes } from "../packages/server/src/http/routes/prometheus.ts";
import { reloadRoutes } from "../packages/server/src/http/routes/reload.ts";
import { runsRoutes } from "../packages/server/src/http/routes/runs.ts";
import { statusRoutes } from "../packages/server/src/http/routes/status.ts";
import { tempoRoutes } from "../packages/server/src/http/routes/tempo.ts";
import { traceRoutes } from "../packages/server/src/http/routes/traces.ts";
import { errorCodes } from "../packages/server/src/model/errors.ts";
import { limits } from "../packages/server/src/model/limits.ts";

/** docs/reference/*.md are made from the source: `npx vitest run --project house -u` writes them anew. */

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

describe("the generated reference", () => {
  it("lists every limit", async () => {
    const rows = Object.entries(limits).map(([name, { value, effect }]) => [
      `\`${name}\``,
      value.toLocaleString("en-US"),
      effect,
    ]);
    await expect(
      `# Limits\n\nEvery limit, and what happens there. The unit is in the name.\n\n${table(["limit", "value", "at the limit"], rows)}\n`,
    ).toMatchFileSnapshot("../docs/reference/limits.md");
  });

  it("lists every error code", async () => {
    const rows = errorCodes.map((code) => [`\`${code}\``, String(httpStatusOf[code]), String(exitCodeOf[code])]);
    await expect(
      `# Errors\n\nThe closed catalogue. OTLP receivers answer as the OTLP specification has it instead of with these HTTP statuses.\n\n${table(["code", "HTTP", "exit code"], rows)}\n`,
    ).toMatchFileSnapshot("../docs/reference/errors.md");
  });

  it("lists every setting", async () => {
    const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
    const rows = settings(schema as Schema, "");
    await expect(
      `# Configuration\n\n\`sightglass.yaml\`. Every setting has a default. \`\${NAME}\` and \`\${NAME:-default}\` are taken from the environment.\n\n${table(["setting", "default", "what"], rows)}\n`,
    ).toMatchFileSnapshot("../docs/reference/configuration.md");
    await expect(`${JSON.stringify(schema, undefined, 2)}\n`).toMatchFileSnapshot(
      "../docs/reference/configuration.schema.json",
    );
  });
});

describe("the list of paths", () => {
  // Routes are made, not asked: what they would ask is not needed.
  const none = {} as never;
  const made: Hono[] = [
    healthRoutes(none),
    prometheusHealthRoutes(),
    reloadRoutes(none),
    statusRoutes(none),
    runsRoutes(none),
    pipelinesRoutes(none),
    liveRoutes(none),
    traceRoutes(none),
    jaegerRoutes(none),
    tempoRoutes(none),
    prometheusRoutes(none),
  ];

  it("names every route of the server, and no other", () => {
    const routes = made.flatMap((each) => each.routes).filter(({ method }) => method !== "ALL");
    const served = routes.map(({ method, path }) => `${method} ${path.replace(/\{.*\}/, "")}`);
    const text = readFileSync("docs/reference/http.md", "utf8");
    const listed = [...text.matchAll(/^\| `([A-Z, ]+) (\/[^`]*)` \|/gm)].flatMap(([, methods = "", path = ""]) =>
      methods.split(", ").map((method) => `${method} ${path}`),
    );
    expect(listed.toSorted()).toEqual([...new Set(served)].toSorted());
  });
});

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  default?: unknown;
  description?: string;
  enum?: unknown[];
}

function settings(schema: Schema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = path === "" ? key : `${path}.${key}`;
    if (value.properties) return settings(value, name);
    if (value.items?.properties) return settings(value.items, `${name}[]`);
    const shown = value.default === undefined ? "" : `\`${JSON.stringify(value.default)}\``;
    return [[`\`${name}\``, shown, value.description ?? (value.enum ? value.enum.join(", ") : "")]];
  });
}
