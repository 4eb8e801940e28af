import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePorts, Server, until } from "../app/server.ts";
import { Command, isInstalled } from "./command.ts";
import { hasPrometheus, Prometheus } from "./prometheus-process.ts";

type Labels = Record<string, string>;
interface Found {
  metric: Labels;
  value: [number, string];
}

const isReady = hasPrometheus && isInstalled("prometheus-node-exporter");

describe.skipIf(!isReady)("a real node exporter (needs prometheus-node-exporter, prometheus)", () => {
  let exporter: Command;
  let ours: Server;
  let theirs: Prometheus;
  let folder: string;
  let file: string;
  let address: string;

  const jobs = () => ({
    global: { scrape_interval: "1s" },
    scrape_configs: [
      {
        job_name: "node",
        static_configs: [{ targets: [address], labels: { Env: "Test", __meta_zone: "z1" } }],
        relabel_configs: [
          { source_labels: ["__address__"], regex: "(.*):.*", target_label: "host", replacement: "h-$1" },
          { action: "labelmap", regex: "__meta_(.*)" },
          { action: "hashmod", source_labels: ["__address__"], modulus: 7, target_label: "shard" },
        ],
        metric_relabel_configs: [
          { action: "drop", source_labels: ["__name__"], regex: "go_gc_.*" },
          { action: "replace", source_labels: ["cpu"], regex: "(.+)", target_label: "core", replacement: "c${1}" },
          { action: "labeldrop", regex: "cpu" },
        ],
      },
      {
        job_name: "text",
        honor_labels: true,
        params: { "collect[]": ["uname"] },
        static_configs: [{ targets: [address] }],
      },
      { job_name: "gone", static_configs: [{ targets: ["127.0.0.1:1"] }] },
    ],
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sightglass-node-"));
    const { page } = await freePorts();
    address = `127.0.0.1:${page}`;
    exporter = new Command("prometheus-node-exporter", [`--web.listen-address=${address}`]);
    await until(async () => (await fetch(`http://${address}/metrics`).catch(() => undefined))?.ok === true, {
      what: () => `the node exporter; it said: ${exporter.output}`,
    });
    file = join(folder, "sightglass.yaml");
    writeFileSync(file, JSON.stringify(jobs()));
    ours = await Server.start({ args: ["--config", file] });
    theirs = await Prometheus.start(JSON.stringify(jobs()));
    // Each job begins at a moment of its own: the targets are compared when both have tried all three.
    for (const server of [ours, theirs]) {
      const tried = () => ask(server.url, 'scrape_series_added{job=~"node|text|gone"}');
      await until(async () => (await tried()).length === 3, { what: () => server.output });
      await until(async () => (await ask(server.url, 'up{job=~"node|text"} == 1')).length === 2, {
        what: () => server.output,
      });
    }
  });
  afterAll(async () => {
    await ours?.dispose();
    await theirs?.dispose();
    await exporter?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The two scrape at moments of their own, between which the machine, and so what is exposed, may change. */
  const alike = (read: (url: string) => Promise<unknown[]>, what: string) =>
    vi.waitFor(
      async () => {
        const [actual, expected] = await Promise.all([read(ours.url), read(theirs.url)]);
        expect(actual, what).toEqual(expected);
      },
      { timeout: 30_000, interval: 500 },
    );

  it("has the same series as Prometheus from the same scrape_configs", async () => {
    for (const query of ['{job="node"}', '{job="text"}', '{job="gone"}'])
      await alike((url) => seriesOf(url, query), query);
    expect((await seriesOf(ours.url, '{job="node"}')).length).toBeGreaterThan(200);
  });

  it("reports the same about its scrapes", async () => {
    for (const name of ["scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "up"])
      await alike(async (url) => {
        const found = await ask(url, `${name}{job=~"node|text|gone"}`);
        return found.map(({ metric, value }) => [metric["job"], value[1]].join()).sort();
      }, name);
  });

  it("lists targets as Prometheus does", async () => {
    await alike(async (url) => {
      const targets = await targetsOf(url);
      return targets.map(({ lastError, ...target }) => ({ ...target, hasError: lastError !== "" }));
    }, "targets");
  });

  it("takes a changed configuration without a restart, and ends what is gone", async () => {
    const changed = jobs();
    changed.scrape_configs = changed.scrape_configs.slice(1);
    writeFileSync(file, JSON.stringify(changed));
    ours.process.kill("SIGHUP");
    await until(async () => (await ask(ours.url, '{job="node"}')).length === 0, { what: () => ours.output });
    writeFileSync(file, "scrape_configs: [{}]");
    ours.process.kill("SIGHUP");
    await until(() => /was not read again: .*:1:18: scrape_configs.0.job_name/.test(ours.output), {
      what: () => `the fault to be told; it said: ${ours.output}`,
    });
    expect(await ask(ours.url, 'up{job="text"}')).toMatchObject([{ value: [expect.anything(), "1"] }]);
  });

  it("is down when it ends, and so are its series", async () => {
    await exporter.end();
    await until(async () => (await ask(ours.url, 'up{job="text"} == 0')).length === 1, { what: () => ours.output });
    expect(await ask(ours.url, '{job="text", __name__!~"up|scrape_.*"}')).toEqual([]);
  });
});

async function ask(url: string, query: string): Promise<Found[]> {
  const answer = await fetch(`${url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
  const { data } = (await answer.json()) as { data: { result: Found[] } };
  return data.result;
}

/** Series as text. Bounds are numbers: Prometheus before 3.0 keeps them as they are written, and 3.0 in one form. */
async function seriesOf(url: string, query: string): Promise<string[]> {
  const found = await ask(url, query);
  const isBound = (name: string) => name === "quantile" || name === "le";
  const labels = (metric: Labels) =>
    Object.entries(metric).map(([name, value]) => [name, isBound(name) ? Number(value) : value]);
  return found
    .map(({ metric }) => JSON.stringify(labels(metric).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))))
    .sort();
}

interface ShownTarget {
  discoveredLabels: Labels;
  labels: Labels;
  scrapePool: string;
  scrapeUrl: string;
  lastError: string;
  health: string;
}

/** Labels that a Prometheus of 2023 does not set yet. */
const newerLabels = new Set([
  "__scrape_native_histograms__",
  "__always_scrape_classic_histograms__",
  "__convert_classic_histograms_to_nhcb__",
]);

async function targetsOf(url: string): Promise<ShownTarget[]> {
  const answer = await fetch(`${url}/api/v1/targets`);
  const { data } = (await answer.json()) as { data: { activeTargets: ShownTarget[] } };
  return data.activeTargets
    .map(({ discoveredLabels, labels, scrapePool, scrapeUrl, lastError, health }) => ({
      discoveredLabels: Object.fromEntries(Object.entries(discoveredLabels).filter(([name]) => !newerLabels.has(name))),
      labels,
      scrapePool,
      scrapeUrl,
      lastError,
      health,
    }))
    .sort((a, b) => (a.scrapePool < b.scrapePool ? -1 : 1));
}
