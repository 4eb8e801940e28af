import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";

/** The packed package, in processes of its own, against a real receiver. */
const workshop = useWorkshop();
const receiver = useReceiver();

const imports = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { collector, counter, gauge, histogram } from "@sightglass/sdk/metrics";
`;
const environment = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
const run = (source: string, more: Record<string, string> = {}) =>
  workshop.run("metrics.mjs", imports + source, { ...environment(), ...more });
const values = (name: string) => receiver.points.filter((point) => point.name === name).map(({ value }) => value);

describe("metrics by OTLP", () => {
  it.each([
    ["a natural end", ""],
    ["process.exit", "process.exit(0);"],
    ["process.exit after a flush", "await telemetry.flush(); orders.add(1); process.exit(0);"],
    ["SIGTERM", `process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 5000);`],
  ])("lose nothing at %s", async (_name, end) => {
    const result = await run(`
      const orders = counter("orders_total");
      const telemetry = bootstrap({ service: "s" });
      orders.add(2);
      histogram("took", { unit: "s" }).record(0.1);
      ${end}`);
    expect(result).toMatchObject({ stderr: "" });
    expect(values("orders_total").at(-1)).toBe(end.includes("flush") ? 3 : 2);
    expect(values("took").at(-1)).toBe(1);
    expect(receiver.points[0]).toMatchObject({ temporality: 2, resource: { "service.name": "s" } });
  });

  it("start before their first value, also where that is the last thing that a program does", async () => {
    await run(`
      const orders = counter("orders_total", { labels: { shop: 2 } });
      bootstrap({ service: "s" });
      orders.add(1, { shop: "a" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      orders.add(2, { shop: "b" });
      histogram("took").record(1);
      process.exit(0);`);
    const tookMs = (name: string, shop?: string) => {
      const point = receiver.points.findLast((one) => one.name === name && one.attributes["shop"] === shop);
      return point === undefined ? Number.NaN : Number(point.timeNs - point.startNs) / 1e6;
    };
    expect(tookMs("orders_total", "a")).toBeGreaterThan(45);
    expect(tookMs("orders_total", "b")).toBeGreaterThan(0);
    expect(tookMs("took")).toBeGreaterThan(0);
  });

  it("add up where they are deltas", async () => {
    await run(`
      const telemetry = bootstrap({ metrics: { temporality: "delta" } });
      const orders = counter("orders_total");
      for (const n of [1, 2, 3]) { orders.add(n); await telemetry.flush(); }
      orders.add(4); process.exit(0);`);
    expect(values("orders_total")).toEqual([1, 2, 3, 4]);
    expect(new Set(receiver.points.map(({ temporality }) => temporality))).toEqual(new Set([1]));
  });

  it("go out at each interval, with what collectors say then", async () => {
    await run(`
      bootstrap({ metrics: { intervalMs: 40, runtime: true } });
      let depth = 0;
      collector("depth", {}, () => ++depth);
      while (depth < 3) await new Promise((resolve) => setTimeout(resolve, 10));`);
    expect(values("depth").slice(0, 3)).toEqual([1, 2, 3]);
    expect(values("process.memory.usage")[0]).toBeGreaterThan(10e6);
  });

  it("do not wait for a collector that hangs", async () => {
    const result = await run(
      `bootstrap({ metrics: { intervalMs: 40 } });
      collector("hangs", {}, () => new Promise(() => {}));
      counter("orders_total").add(1);
      await new Promise((resolve) => setTimeout(resolve, 300));`,
      { OTEL_EXPORTER_OTLP_TIMEOUT: "3000" },
    );
    expect(values("orders_total")[0]).toBe(1);
    expect(result).toMatchObject({ code: 0 });
  });

  it("end a process in time when nobody takes them", async () => {
    const result = await run(
      `bootstrap({ endpoint: "http://127.0.0.1:1", metrics: { runtime: true } }); counter("orders_total").add(1);`,
    );
    expect(result.code).toBe(0);
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("are left out where the environment says so", async () => {
    await run(`bootstrap(); counter("orders_total").add(1);`, { OTEL_METRICS_EXPORTER: "none" });
    expect(receiver.requests).toEqual([]);
  });
});

describe("Prometheus", () => {
  it("fetches them from a port of their own, which does not keep the process alive", async () => {
    const result = await run(
      `
      import { Server } from "node:net";
      const { listen } = Server.prototype;
      const port = new Promise((resolve) => {
        Server.prototype.listen = function (...args) {
          return listen.apply(this.once("listening", () => resolve(this.address().port)), args);
        };
      });
      bootstrap({ service: "s", metrics: { prometheus: { port: 0 } } });
      counter("revenue_processed_total", { labels: { currency: ["EUR"] } }).add(12.5, { currency: "EUR" });
      const base = "http://127.0.0.1:" + (await port);
      const scrape = await fetch(base + "/metrics");
      console.log(scrape.headers.get("content-type"), (await fetch(base + "/")).status);
      console.log((await fetch(base + "/metrics", { method: "POST" })).status);
      console.log(await scrape.text());`,
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("text/plain; version=0.0.4; charset=utf-8 404\n405\n");
    expect(result.stdout).toContain('revenue_processed_total{currency="EUR"} 12.5\n');
    expect(result.stdout).toMatch(/target_info\{.*service_name="s"/);
  });

  it("finds a port that is taken reported, and the pipeline unharmed", async () => {
    const result = await run(`
      bootstrap({ metrics: { prometheus: { port: ${receiver.port} } } });
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log("done");`);
    expect(result).toMatchObject({ code: 0, stdout: "done\n" });
    expect(result.stderr).toContain("EADDRINUSE");
  });
});

describe("a Pushgateway", () => {
  it("gets them at the end, in their group", async () => {
    const bodies: [string | undefined, string | undefined, string][] = [];
    receiver.behaviour = (request, response, body) => {
      bodies.push([request.url, request.headers["content-type"], body.toString()]);
      response.writeHead(200).end();
      return true;
    };
    const result = await run(
      `bootstrap({ metrics: { pushgateway: { url: "${receiver.endpoint}", job: "nightly/load", grouping: { shop: "a b" } } } });
      gauge("rows").set(3);`,
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(bodies).toEqual([
      [
        "/metrics/job@base64/bmlnaHRseS9sb2Fk/shop/a%20b",
        "text/plain; version=0.0.4; charset=utf-8",
        "# HELP rows rows, without a description\n# TYPE rows gauge\nrows 3\n",
      ],
    ]);
  });
});
