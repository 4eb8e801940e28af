import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts, Server, until } from "../app/server.ts";
import { Command, isInstalled } from "./command.ts";

const execute = promisify(execFile);
const python = process.env.SIGHTGLASS_TEST_PYTHON ?? "python3";
const hasClient = spawnSync(python, ["-c", "import prometheus_client"]).status === 0;

interface Found {
  metric: Record<string, string>;
  value: [number, string];
}

async function ask(url: string, query: string): Promise<Found[]> {
  const answer = await fetch(`${url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
  const { data } = (await answer.json()) as { data: { result: Found[] } };
  return data.result;
}

describe.skipIf(!hasClient)("the Python client (needs prometheus_client)", () => {
  let server: Server;
  let exporter: Command;
  const folder = mkdtempSync(join(tmpdir(), "sightglass-python-client-"));
  const config = join(folder, "sightglass.yaml");
  beforeAll(async () => {
    exporter = new Command(python, [join(import.meta.dirname, "expose.py")]);
    await until(() => /^\d+\n/.test(exporter.output), { what: () => `a port; it said: ${exporter.output}` });
    const targets = [`127.0.0.1:${exporter.output.trim()}`];
    const job = { job_name: "client", scrape_interval: "1s", static_configs: [{ targets }] };
    writeFileSync(config, JSON.stringify({ scrape_configs: [job] }));
    server = await Server.start({ args: ["--config", config] });
  });
  afterAll(async () => {
    await server?.dispose();
    await exporter?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it("pushes, adds to a group, and deletes one, with labels that travel in base64", async () => {
    await execute(python, [join(import.meta.dirname, "push.py"), new URL(server.url).host]);
    await until(async () => (await ask(server.url, 'added{job="batch"}')).length > 0, { what: () => server.output });
    const rows = await ask(server.url, 'rows_loaded_total{table="a b/c"}');
    expect(rows.map(({ metric, value }) => `${metric["job"]} ${metric["path"]} ${value[1]}`).sort()).toEqual([
      "a/b /var/tmp 7",
      "batch undefined 7",
    ]);
    expect(await ask(server.url, "soon_gone")).toEqual([]);
    const buckets = await ask(server.url, 'load_seconds_bucket{job="batch"}');
    expect(Object.fromEntries(buckets.map(({ metric, value }) => [metric["le"], value[1]]))).toEqual({
      "0.1": "1",
      "1.0": "2",
      "+Inf": "3",
    });
    expect(await ask(server.url, 'build_info{job="batch"}')).toMatchObject([{ metric: { version: "1.2" } }]);
  });

  it.skipIf(!isInstalled("prometheus-pushgateway"))(
    "leaves the same groups behind as in a real Pushgateway (needs prometheus-pushgateway)",
    async () => {
      const { page } = await freePorts();
      const url = `http://127.0.0.1:${page}`;
      const real = new Command("prometheus-pushgateway", [
        `--web.listen-address=127.0.0.1:${page}`,
        "--persistence.file=",
      ]);
      try {
        await until(async () => (await fetch(url).catch(() => undefined))?.ok === true, { what: () => real.output });
        const script = join(import.meta.dirname, "push.py");
        for (const gateway of [url, server.url]) await execute(python, [script, new URL(gateway).host]);
        const groups = async (gateway: string) => {
          const { data } = (await (await fetch(`${gateway}/api/v1/metrics`)).json()) as {
            data: { labels: Record<string, string> }[];
          };
          return data.map((group) => [group.labels, Object.keys(group).sort()]);
        };
        const sorted = (list: unknown[]) => list.map((one) => JSON.stringify(one)).sort();
        expect(sorted(await groups(server.url))).toEqual(sorted(await groups(url)));
      } finally {
        await real.end();
      }
    },
  );

  it("is scraped: escapes, when counters were created, exemplars", async () => {
    await until(async () => (await ask(server.url, "hits_total")).length > 0, { what: () => server.output });
    expect(await ask(server.url, "depth")).toMatchObject([
      { metric: { kind: 'back\\slash "quoted"\nline' }, value: [expect.anything(), "-0.5"] },
    ]);
    // The client says when the counter was created, and it was 0 then.
    expect(await ask(server.url, "increase(hits_total[5m]) > 0")).toHaveLength(1);
    expect(await ask(server.url, "sizes_count")).toMatchObject([{ value: [expect.anything(), "1"] }]);
    const now = Date.now() / 1000;
    const window = `start=${now - 600}&end=${now + 60}`;
    for (const [query, trace] of [
      ["hits_total", "0af7651916cd43dd8448eb211c80319c"],
      ["took_seconds_bucket", "b7ad6b7169203331b7ad6b7169203331"],
    ]) {
      const path = `/api/v1/query_exemplars?query=${query}&${window}`;
      const { data } = await server.get<{ data: { exemplars: { labels: unknown }[] }[] }>(path);
      expect(data[0]?.exemplars[0]?.labels, query).toEqual({ trace_id: trace });
    }
  });
});
