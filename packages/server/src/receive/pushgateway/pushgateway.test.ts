import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeFamilies } from "../../decode/exposition/testing/client-model.ts";
import type { SampleBatch } from "../../decode/exposition/write-samples.ts";
import { SightglassError } from "../../model/errors.ts";
import { Admission } from "../admission.ts";
import { ReceiverStats } from "../receiver-stats.ts";
import { ManualClock } from "../scrape/testing/manual-clock.ts";
import { sampleText } from "../scrape/testing/sample-text.ts";
import { createPushgatewayHandler, isPushgatewayPath } from "./handler.ts";
import { Pushgateway } from "./pushgateway.ts";

let folder: string;
let clock: ManualClock;
let batches: SampleBatch[];
let faults: string[];
let appendError: Error | undefined;
let pushgateway: Pushgateway;
let server: Server;
let url: string;
const stats = new ReceiverStats("pushgateway");

const open = async () => {
  pushgateway = new Pushgateway({
    folder,
    clock,
    repeatMs: () => 60_000,
    append: (batch) => (appendError === undefined ? Promise.resolve(batches.push(batch)) : Promise.reject(appendError)),
    onFault: (error) => faults.push(error.message),
  });
  await pushgateway.start();
  const handle = createPushgatewayHandler({
    pushgateway,
    clock,
    stats,
    admission: new Admission({ requestsMax: 8, bytesMax: 2 ** 20 }),
    authorize: ({ headers: { authorization } }, scope) => {
      if (authorization !== "Bearer t") throw new SightglassError("unauthenticated", `no token of scope ${scope}`);
    },
    onInternalError: (error) => faults.push(String(error)),
  });
  server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const close = async () => {
  await pushgateway.stop();
  server.closeAllConnections();
  server.close();
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sightglass-push-"));
  clock = new ManualClock();
  batches = [];
  faults = [];
  appendError = undefined;
  await open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

const send = async (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) => {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: "Bearer t", ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  return { status: answer.status, text: (await answer.text()).trim() };
};
/** What the last batch stored, without the times of pushes. */
const stored = () => (batches.at(-1)?.samples ?? []).map(sampleText).filter((text) => !text.startsWith("push_"));
const times = () =>
  Object.fromEntries(
    (batches.at(-1)?.samples ?? [])
      .map(sampleText)
      .filter((text) => text.startsWith("push_"))
      .map((text) => [text.replace(/[{ ].*/, ""), text.replace(/.* /, "")]),
  );

describe("a push", () => {
  it("is stored with the group's labels over its own, and says when", async () => {
    const body = '# TYPE a counter\na{x="1",job="own"} 5\nb 2\n';
    expect(await send("PUT", "/metrics/job/j/instance/i", body)).toEqual({ status: 200, text: "" });
    expect(stored()).toEqual(['a{instance="i",job="j",x="1"} 5', 'b{instance="i",job="j"} 2']);
    expect(times()).toEqual({ push_time_seconds: "1700000000", push_failure_time_seconds: "0" });
    expect(batches[0]?.metadata).toContainEqual({ metric: "a", type: "counter", help: "", unit: "" });
  });

  it("replaces all with PUT, and metrics of the same name with POST", async () => {
    await send("PUT", "/metrics/job/j", "a 1\nb 1\n");
    await send("POST", "/metrics/job/j", 'a{x="2"} 2\n');
    expect(stored()).toEqual(['a{job="j",x="2"} 2', 'b{job="j"} 1', 'a{job="j"} stale']);
    await send("PUT", "/metrics/job/j", "c 3\n");
    expect(stored()).toEqual(['c{job="j"} 3', 'a{job="j",x="2"} stale', 'b{job="j"} stale']);
    await send("POST", "/metrics/job/j", "");
    expect(stored()).toEqual(['c{job="j"} 3']);
    await send("PUT", "/metrics/job/j", "");
    expect(stored()).toEqual(['c{job="j"} stale']);
    expect(times()).toMatchObject({ push_time_seconds: "1700000000" });
  });

  it("is deleted with its group, whose series end", async () => {
    await send("PUT", "/metrics/job/j", "a 1\n");
    expect(await send("DELETE", "/metrics/job/j")).toEqual({ status: 202, text: "" });
    expect(stored()).toEqual(['a{job="j"} stale']);
    expect(times()).toEqual({ push_time_seconds: "stale", push_failure_time_seconds: "stale" });
    expect(readdirSync(folder)).toEqual([]);
    expect((await send("DELETE", "/metrics/job/j")).status).toBe(202);
    expect(batches).toHaveLength(2);
  });

  it("is stored again and again, also after a restart", async () => {
    await send("PUT", "/metrics/job/j", "# TYPE a gauge\na NaN\nb +Inf\n");
    clock.runNext();
    await expect.poll(() => batches).toHaveLength(2);
    expect(batches[1]?.samples[0]).toMatchObject({ timestampMs: 1_700_000_060_000, value: NaN });
    await close();
    await open();
    clock.runNext();
    await expect.poll(() => batches).toHaveLength(3);
    expect(stored()).toEqual(['a{job="j"} NaN', 'b{job="j"} Infinity']);
    expect(times()).toMatchObject({ push_time_seconds: "1700000000" });
    expect((await send("POST", "/metrics/job/k", "# TYPE a counter\na 1\n")).text).toMatch(/is counter, and gauge/);
  });

  it("may be protobuf, OpenMetrics or compressed", async () => {
    const histogram = { sample_count: 1, positive_span: [{ length: 1 }], positive_delta: [1] };
    await send("PUT", "/metrics/job/p", encodeFamilies([{ name: "h", type: 4, metric: [{ histogram }] }]), {
      "content-type": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
    });
    expect(stored()).toEqual(['h{job="p"} histogram']);
    const bad = await send(
      "PUT",
      "/metrics/job/p",
      encodeFamilies([{ name: "h", type: 4, metric: [{ histogram: { ...histogram, schema: 60 } }] }]),
      {
        "content-type": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
      },
    );
    expect(bad).toMatchObject({ status: 400, text: expect.stringContaining("a histogram has schema 60") });
    await close();
    await open();
    clock.runNext();
    await expect.poll(() => stored()).toEqual(['h{job="p"} histogram']);
    const type = "application/openmetrics-text; version=1.0.0";
    await send("PUT", "/metrics/job/o", "# TYPE c counter\nc_total 1\n# EOF\n", { "content-type": type });
    expect(stored()).toEqual(['c_total{job="o"} 1']);
    await send("PUT", "/metrics/job/z", gzipSync("a 1\n"), { "content-encoding": "gzip" });
    expect(stored()).toEqual(['a{job="z"} 1']);
  });

  it("is not answered 200 when it cannot be stored, and may be sent again", async () => {
    appendError = new SightglassError("spool_full", "the spool is full");
    expect(await send("PUT", "/metrics/job/j", "a 1\n")).toMatchObject({ status: 503 });
    appendError = undefined;
    expect((await send("PUT", "/metrics/job/j", "a 1\n")).status).toBe(200);
    expect(stored()).toEqual(['a{job="j"} 1']);
  });

  it("leaves a file that cannot be read where it is, and says so", async () => {
    writeFileSync(join(folder, "x.json"), "{");
    await close();
    await open();
    expect(faults).toEqual([expect.stringContaining(join(folder, "x.json"))]);
  });
});

describe("grouping keys", () => {
  it.each([
    ["/metrics/job/a%20b/x/%C3%A4", '{job="a b",x="ä"}'],
    ["/metrics/job@base64/aS9q/path@base64/L3Zhci90bXA", '{job="i/j",path="/var/tmp"}'],
    ["/metrics/job/j/path@base64/L3Zhci90bXA=", '{job="j",path="/var/tmp"}'],
    ["/metrics/job/j/x@base64/=/y/", '{job="j"}'],
    ["/metrics/job/j/job/other/x/1?q", '{job="j",x="1"}'],
    ["/metrics/job/j/", '{job="j"}'],
  ])("of %s", async (path, labels) => {
    expect((await send("PUT", path, "a 1\n")).status).toBe(200);
    expect(stored()).toEqual([`a${labels} 1`]);
  });

  it.each([
    ["/metrics/job/", "job name is required"],
    ["/metrics/job//x/y", "job name is required"],
    ["/metrics/job@base64/=", "job name is required"],
    ["/metrics/job@base64/!!", 'invalid base64 encoding for label job="!!"'],
    ["/metrics/job/j/x", 'the path has a label without a value: "x"'],
    ["/metrics/job/j/1x/y", 'improper label name "1x"'],
    ["/metrics/job/j/__x/y", 'improper label name "__x"'],
    ["/metrics/job/%", "the path has a % that is no escape"],
  ])("refuses %s", async (path, message) => {
    expect(await send("PUT", path, "a 1\n")).toEqual({ status: 400, text: message });
  });

  it("own only the paths below /metrics/job", () => {
    const paths = ["/metrics", "/metrics?x", "/metrics/", "/metrics/jobs/x", "/metrics/job", "/api/v1/metadata"];
    expect(paths.filter(isPushgatewayPath)).toEqual([]);
    expect(["/metrics/job/x", "/metrics/job@base64/x", "/api/v1/metrics"].every(isPushgatewayPath)).toBe(true);
  });
});

describe("a push that is refused", () => {
  const inconsistent = "pushed metrics are invalid or inconsistent with existing metrics:";
  it.each([
    ["a 1", "line 1, column 4: the last line does not end with a line feed; the text may be cut off", false],
    ["a{ 1\n", /^line 1, column 2: the labels are not closed/, false],
    ["a 1 1000\n", `${inconsistent} pushed metrics must not have timestamps`, true],
    ["c 1\nc 2\n", /collected metric "c" .* was collected before with the same name and label values/, true],
    ["# TYPE a gauge\na 5\n", `${inconsistent} collected metric "a" is gauge, and counter in another group`, true],
    ['d{x="1"} 5\n', /collected metric "d" .* was collected before/, true],
  ])("%j leaves the group as it was", async (body, message, isMarked) => {
    await send("PUT", "/metrics/job/j/x/1", "# TYPE a counter\na 1\nd 1\n");
    await send("PUT", "/metrics/job/j", "e 1\n");
    clock.advanceBy(5000);
    const before = batches.length;
    const { status, text } = await send("POST", "/metrics/job/j", body);
    expect(status).toBe(400);
    expect(text).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
    expect(batches.length - before).toBe(isMarked ? 1 : 0);
    if (!isMarked) return;
    expect(stored()).toEqual(['e{job="j"} 1']);
    expect(times()).toEqual({ push_time_seconds: "1700000000", push_failure_time_seconds: "1700000005" });
  });

  it("for lack of a token, or with another method", async () => {
    expect(await send("PUT", "/metrics/job/j", "a 1\n", { authorization: "" })).toMatchObject({ status: 401 });
    expect(await send("GET", "/metrics/job/j")).toMatchObject({ status: 405 });
    expect(stats.refusals).toMatchObject({ unauthenticated: 1, method_not_allowed: 1 });
  });
});

it("lists what was pushed as the Pushgateway's API does", async () => {
  const body =
    '# HELP s Help.\n# TYPE s summary\ns{quantile="0.5"} 1e-7\ns_sum 2.5\ns_count 3\n# TYPE h histogram\n' +
    'h_bucket{le="1",x="y"} 1\nh_bucket{le="+Inf",x="y"} 2\nh_sum{x="y"} 3\nh_count{x="y"} 2\n';
  await send("PUT", "/metrics/job/j/instance/i", body);
  await send("PUT", "/metrics/job/bad", "a 1 1\n");
  const answer = await fetch(`${url}/api/v1/metrics`, { headers: { authorization: "Bearer t" } });
  const time_stamp = "2023-11-14T22:13:20.000Z";
  const own = (outcome: string, labels: object, value: string) => ({
    time_stamp,
    type: "GAUGE",
    help: `Last Unix time when changing this group in the Pushgateway ${outcome}.`,
    metrics: [{ labels, value }],
  });
  const labels = { instance: "i", job: "j" };
  const bad = { instance: "", job: "bad" };
  expect(await answer.json()).toEqual({
    status: "success",
    data: [
      {
        labels,
        last_push_successful: true,
        s: {
          time_stamp,
          type: "SUMMARY",
          help: "Help.",
          metrics: [{ labels, quantiles: { "0.5": "1e-07" }, sum: "2.5", count: "3" }],
        },
        h: {
          time_stamp,
          type: "HISTOGRAM",
          metrics: [{ labels: { ...labels, x: "y" }, buckets: { "1": "1", "+Inf": "2" }, sum: "3", count: "2" }],
        },
        push_time_seconds: own("succeeded", labels, "1.7e+09"),
        push_failure_time_seconds: own("failed", labels, "0"),
      },
      {
        labels: { job: "bad" },
        last_push_successful: false,
        push_time_seconds: own("succeeded", bad, "0"),
        push_failure_time_seconds: own("failed", bad, "1.7e+09"),
      },
    ],
  });
});
