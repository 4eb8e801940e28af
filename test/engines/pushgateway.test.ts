import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts, Server, until } from "../app/server.ts";
import { Command, isInstalled } from "./command.ts";

const body = '# HELP a Help.\n# TYPE a counter\na{x="1"} 5\nb 2.5e+08\n';
const histogram =
  '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2\nh_sum 1e-07\nh_count 2\n# TYPE s summary\ns{quantile="0.5"} 3\ns_sum 4\ns_count 5\n';

/** The same requests to both; each with its body. */
const requests: [method: string, path: string, body?: string][] = [
  ["PUT", "/metrics/job/j", body],
  ["POST", "/metrics/job/j/instance/i", histogram],
  ["POST", "/metrics/job/k", "a 5"],
  ["POST", "/metrics/job/k", "a 5 1000\n"],
  ["POST", "/metrics/job/k", "# TYPE a gauge\na 5\n"],
  ["POST", "/metrics/job/k2", "c 1\nc 2\n"],
  ["POST", "/metrics/job/own/instance/i", '# TYPE a counter\na{instance="q",job="zz"} 5\n'],
  ["POST", "/metrics/job/j/x", body],
  ["POST", "/metrics/job/j/1x/y", body],
  ["POST", "/metrics/job/j/__x/y", body],
  ["POST", "/metrics/job@base64/aS9q/path@base64/L3Zhci90bXA", body],
  ["POST", "/metrics/job@base64/%3D%3D", body],
  ["POST", "/metrics/job@base64/!!", body],
  ["PUT", "/metrics/job/empty", ""],
  ["PUT", "/metrics/job/a%2Fb/x/%C3%A4", body],
  ["PUT", "/metrics/job/j/job/other", "d 1\n"],
  ["GET", "/metrics/job/j"],
  ["PATCH", "/metrics/job/j", body],
  ["DELETE", "/metrics/job/nope"],
  ["PUT", "/metrics/job/gone", "e 1\n"],
  ["DELETE", "/metrics/job/gone"],
];

describe.skipIf(!isInstalled("prometheus-pushgateway"))(
  "beside a real Pushgateway (needs prometheus-pushgateway)",
  () => {
    let ours: Server;
    let theirs: Command;
    let theirUrl: string;
    beforeAll(async () => {
      const { page } = await freePorts();
      theirUrl = `http://127.0.0.1:${page}`;
      theirs = new Command("prometheus-pushgateway", [`--web.listen-address=127.0.0.1:${page}`, "--persistence.file="]);
      ours = await Server.start();
      await until(async () => (await fetch(theirUrl).catch(() => undefined))?.ok === true, {
        what: () => `the Pushgateway; it said: ${theirs.output}`,
      });
    });
    afterAll(async () => {
      await ours?.dispose();
      await theirs?.end();
    });

    it("answers each request with the same status", async () => {
      for (const [method, path, text] of requests) {
        const [actual, expected] = await Promise.all(
          [ours.url, theirUrl].map(async (url) => (await fetch(url + path, { method, body: text ?? null })).status),
        );
        expect(actual, `${method} ${path} ${text ?? ""}`).toBe(expected);
      }
    });

    it("lists the same groups", async () => {
      const [actual, expected] = await Promise.all([ours.url, theirUrl].map((url) => groupsOf(url)));
      expect(actual).toEqual(expected);
    });

    it("has the series that a scrape of the gateway has", async () => {
      const exposed = await (await fetch(`${theirUrl}/metrics`)).text();
      const expected = exposed.split("\n").filter((line) => /^([a-eh]|s|h_\w+|s_\w+)\{/.test(line));
      await until(async () => (await storedSeries(ours.url)).length === expected.length, {
        what: () => `the series of ${expected.join("\n")}`,
      });
      expect(await storedSeries(ours.url)).toEqual(expected.map(normal).sort());
    });

    it("keeps /metrics for the server itself", async () => {
      const text = await (await fetch(`${ours.url}/metrics`)).text();
      expect(text).toContain("sightglass_");
      expect(text).not.toContain('job="j"');
    });

    it("keeps groups across a restart", async () => {
      const before = await groupsOf(ours.url);
      const { data, ports } = ours;
      await ours.stop();
      const again = await Server.start({ data, ports });
      try {
        expect(await groupsOf(again.url)).toEqual(before);
      } finally {
        await again.stop();
      }
    });
  },
);

/** The groups of the query API in one order, without the times. */
async function groupsOf(url: string): Promise<unknown[]> {
  const { data } = (await (await fetch(`${url}/api/v1/metrics`)).json()) as { data: unknown[] };
  const text = (value: unknown) =>
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === "time_stamp") return "";
      if (typeof inner === "string" && /^1\.\d+e\+09$/.test(inner)) return "a time";
      const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
      return isObject ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner;
    });
  return data
    .map(text)
    .sort()
    .map((one) => JSON.parse(one) as unknown);
}

async function storedSeries(url: string): Promise<string[]> {
  const query = '{__name__=~"[a-eh]|s|h_.*|s_.*", __name__!~"scrape_.*"}';
  const answer = await fetch(`${url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
  const { data } = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result
    .map(({ metric: { __name__: name = "", ...labels }, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      return normal(`${name}{${pairs.sort().join(",")}} ${value[1]}`);
    })
    .sort();
}

/** A line of exposition in one form: no empty labels, bounds and values as numbers. */
function normal(line: string): string {
  const [, name = "", labels = "", value = ""] = /^([^{]*)\{(.*)\} (.*)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)]
    .filter(([, , text]) => text !== "")
    .map(([, label = "", text = ""]) => {
      const isBound = label === "le" || label === "quantile";
      return `${label}="${isBound && text !== "+Inf" ? Number(text) : text}"`;
    });
  return `${name}{${pairs.sort().join(",")}} ${Number(value)}`;
}
