import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";
import { isWanted } from "./environment.ts";

/** Which programs are instrumented; test/engines/auto.test.ts has the libraries against real servers. */
const workshop = useWorkshop(["kafkajs", "pg", "undici"]);
const receiver = useReceiver();

const isWrapped = `console.log([pg.Client.prototype.query, Kafka.prototype.producer].map((one) => Boolean(one.__wrapped)).join());`;
const auto = "@sightglass/sdk/auto";
const imports = `import pg from "pg"; import { Kafka } from "kafkajs";`;

describe("turned on", () => {
  it.each([
    ["by the first import of an ES module", "main.mjs", `import "${auto}"; ${imports} ${isWrapped}`, []],
    ["before a dynamic import", "main.mjs", `import "${auto}"; await import("./later.mjs");`, []],
    ["by --import, for an ES module", "main.mjs", imports + isWrapped, ["--import", auto]],
    [
      "by --import, for CommonJS",
      "main.cjs",
      `const pg = require("pg"), { Kafka } = require("kafkajs"); ${isWrapped}`,
      ["--import", auto],
    ],
    ["by --require, for an ES module", "main.mjs", imports + isWrapped, ["--require", auto]],
    [
      "by --require, for CommonJS",
      "main.cjs",
      `const pg = require("pg"), { Kafka } = require("kafkajs"); ${isWrapped}`,
      ["--require", auto],
    ],
    [
      "by require",
      "main.cjs",
      `require("${auto}"); const pg = require("pg"), { Kafka } = require("kafkajs"); ${isWrapped}`,
      [],
    ],
    [
      "twice",
      "main.mjs",
      `import "${auto}"; import { createRequire } from "node:module"; createRequire(import.meta.url)("${auto}"); ${imports} ${isWrapped}`,
      [],
    ],
  ])("%s, libraries are instrumented", async (_how, file, source, args) => {
    await workshop.start("later.mjs", imports + isWrapped).ended;
    const result = await workshop.start(file, source, {}, args).ended;
    expect(result).toMatchObject({ code: 0, stdout: "true,true\n", stderr: "" });
  });

  it("leaves out what the environment leaves out", async () => {
    const environment = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "pg" };
    const result = await workshop.run("main.mjs", `import "${auto}"; ${imports} ${isWrapped}`, environment);
    expect(result.stdout).toBe("false,true\n");
  });
});

it("is off without that import, also when everything else of the SDK is in use", async () => {
  const source = `
    import { bootstrap } from "@sightglass/sdk/bootstrap"; import { pipeline } from "@sightglass/sdk";
    ${imports} bootstrap(); await pipeline("p", () => {}); ${isWrapped}`;
  const result = await workshop.run("main.mjs", source, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  expect(result.stdout).toBe("false,false\n");
  expect(workshop.read("dist/index.js") + workshop.read("dist/bootstrap/index.js")).not.toContain("instrumentation-pg");
});

it("fetch and undici become spans of the stage, and carry its context; our own requests do not", async () => {
  const traceparents: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    traceparents.push(request.headers["traceparent"] as string | undefined);
    response.writeHead(request.url === "/missing" ? 404 : 200).end("answer");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = `
    import "${auto}";
    import { request } from "undici";
    import { bootstrap } from "@sightglass/sdk/bootstrap";
    import { pipeline } from "@sightglass/sdk";
    const telemetry = bootstrap();
    await (await fetch("${url}/outside")).text();
    await pipeline("p", (run) => run.stage("s", async () => {
      await (await fetch("${url}/found")).text();
      await (await request("${url}/missing")).body.text();
    }));
    await telemetry.shutdown();`;
  const result = await workshop.run("main.mjs", source, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  server.close();
  expect(result).toMatchObject({ code: 0, stderr: "" });
  const stage = receiver.span("s");
  const requests = receiver.spans.filter((span) => span.scope === "@opentelemetry/instrumentation-undici");
  expect(requests.map(({ attributes }) => [attributes["url.path"], attributes["http.response.status_code"]])).toEqual([
    ["/found", 200],
    ["/missing", 404],
  ]);
  for (const { parentSpanId } of requests) expect(parentSpanId).toBe(stage.spanId);
  const carried = requests.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`);
  expect(traceparents).toEqual([undefined, ...carried]);
  const durations = receiver.points.filter(({ name }) => name === "http.client.request.duration");
  expect(durations.length).toBeGreaterThan(0);
});

it.each([
  [{}, true],
  [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: "pg, undici" }, true],
  [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: "undici" }, false],
  [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: "PG", OTEL_NODE_DISABLED_INSTRUMENTATIONS: "redis,pg" }, false],
  [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: " " }, true],
])("with %j pg is wanted: %s", (environment, expected) => {
  expect(isWanted("pg", environment)).toBe(expected);
});
