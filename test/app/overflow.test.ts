import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { remoteWrite } from "../engines/prometheus-data.ts";
import { Server, until } from "./server.ts";

const limit = 50;
const users = 200;

/** A metric whose label `user` explodes, by a server that allows 50 series of it. */
describe("a metric with too many series", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-overflow-"));
  let server: Server;
  // The limit is one of a day: all samples are of the same one, also a moment after midnight.
  const endMs = Math.max(Date.now(), Math.floor(Date.now() / 86_400_000) * 86_400_000 + 60_000);
  const counter = (name: string, count: number) =>
    Array.from({ length: count }, (_unused, user) => ({
      labels: { __name__: name, job: "shop", instance: "a:1", user: `u${user}`, region: `r${user % 3}` },
      samples: [40_000, 20_000, 0].map((agoMs, scrape) => ({ timeMs: endMs - agoMs, value: 100 + scrape * 10 })),
    }));

  beforeAll(async () => {
    const config = join(folder, "sightglass.yaml");
    writeFileSync(config, JSON.stringify({ metrics: { series_per_metric: limit } }));
    server = await Server.start({ args: ["--config", config] });
    await remoteWrite(server.url, [...counter("logins_total", users), ...counter("calm_total", limit)]);
    await until(async () => (await ask('{__name__="logins_total", otel_metric_overflow="true"}')).length > 0, {
      what: () => `the overflow series; the server said: ${server.output}`,
    });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (query: string) => {
    const body = new URLSearchParams({ query, time: String(endMs / 1000) });
    const answer = await fetch(`${server.url}/api/v1/query`, { method: "POST", body });
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result;
  };

  it("stays alive in one more series, and other metrics are not touched", async () => {
    expect(await ask("count(logins_total)")).toMatchObject([{ value: [expect.anything(), String(limit + 1)] }]);
    expect(await ask("count(calm_total)")).toMatchObject([{ value: [expect.anything(), String(limit)] }]);
    const [overflow] = await ask('{__name__="logins_total", otel_metric_overflow="true"}');
    expect(overflow?.metric).toEqual({
      __name__: "logins_total",
      job: "shop",
      instance: "a:1",
      otel_metric_overflow: "true",
    });
  });

  it("has the right growth: what the series beyond the limit grew by together", async () => {
    const [grown] = await ask('last_over_time(logins_total{otel_metric_overflow="true"}[5m])');
    expect(Number(grown?.value[1])).toBe((users - limit) * 20);
  });

  it("says how much was lost and which label exploded, as a metric", async () => {
    const exposed = await (await fetch(`${server.url}/metrics`)).text();
    expect(exposed).toContain(`sightglass_series_overflow_total{metric="logins_total"} ${(users - limit) * 3}\n`);
    expect(exposed).toContain(
      `sightglass_series_overflow_series{metric="logins_total",label="user"} ${users - limit}\n`,
    );
    expect(exposed).not.toContain('metric="calm_total"');
  });
});
