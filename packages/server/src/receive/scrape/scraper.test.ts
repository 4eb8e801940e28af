import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import { Scraper } from "./scraper.ts";
import { reports, scraped } from "./testing/sample-text.ts";
import { ScrapeWorkshop } from "./testing/scrape-workshop.ts";

const shop = new ScrapeWorkshop();
const { text, jobs, target, next, start, at } = shop;

describe("a target", () => {
  it("is scraped in its interval, with its labels, and reports about itself", async () => {
    text('a{x="1"} 5\nb 2\n');
    await start();
    const batch = await next();
    expect(scraped(batch)).toEqual([`a${at(',x="1"')} 5`, `b${at("")} 2`]);
    expect(reports(batch)).toEqual({
      up: 1,
      scrape_duration_seconds: 0,
      scrape_samples_scraped: 2,
      scrape_samples_post_metric_relabeling: 2,
      scrape_series_added: 2,
    });
    const times = new Set(batch.samples.map(({ timestampMs }) => timestampMs));
    const again = await next();
    expect(reports(again)).toMatchObject({ scrape_series_added: 0 });
    expect(times.size).toBe(1);
    expect((again.samples[0]?.timestampMs ?? 0) - ([...times][0] ?? 0)).toBe(10_000);
  });

  it("may set its own parameters and formats in labels", async () => {
    shop.answer = (_request, response) => response.writeHead(200, { "content-type": "text/plain" }).end("a 1\n");
    await start(
      jobs(
        `    params: {x: [a, b]}\n    static_configs: [{targets: ['${shop.address}'], labels: {__param_x: c}}]\n` +
          "    relabel_configs: [{target_label: __scrape_native_histograms__, replacement: 'true'}]",
      ),
    );
    await next();
    expect(shop.requests[0]?.url).toBe("/metrics?x=c&x=b");
    expect(shop.scraper.targets().activeTargets[0]?.discoveredLabels).toMatchObject({
      __scrape_native_histograms__: "false",
    });
  });

  it("is reached by a Unix socket that a label names", async () => {
    text("a 1\n");
    const socket = join(shop.folder, "s");
    shop.server.close();
    shop.server.closeAllConnections();
    await once(shop.server, "close");
    shop.server.listen(socket);
    await once(shop.server, "listening");
    await start(jobs(`    static_configs: [{targets: [app], labels: {__unix_socket__: '${socket}'}}]`));
    expect(scraped(await next())).toEqual(['a{instance="app",job="j"} 1']);
  });

  it("is asked for the formats in order, compressed, and told the timeout", async () => {
    shop.answer = (_request, response) =>
      response
        .writeHead(200, { "content-type": "application/openmetrics-text", "content-encoding": "gzip" })
        .end(gzipSync("# TYPE c counter\nc_total 1\nc_created 1600000000\n# EOF\n"));
    await start(target("    params: {x: [a, b]}\n    metrics_path: /probe"));
    const batch = await next();
    expect(shop.requests[0]).toMatchObject({
      url: "/probe?x=a&x=b",
      headers: {
        accept: expect.stringMatching(
          /^application\/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,.*\*\/\*;q=0.1$/,
        ),
        "accept-encoding": "gzip",
        "x-prometheus-scrape-timeout-seconds": "10",
      },
    });
    expect(batch.samples[0]).toMatchObject({ value: 1, startTimeMs: 1_600_000_000_000 });
    expect(batch.metadata).toEqual([{ metric: "c_total", type: "counter" }]);
  });

  it("ends series that vanish, and all of them when it fails", async () => {
    text("a 1\nb 1\nc 1 1700000000000\n");
    await start();
    await next();
    text("a 2\n");
    expect(scraped(await next())).toEqual([`a${at("")} 2`, `b${at("")} stale`]);
    text("a 2\n!\n");
    const failed = await next();
    expect(scraped(failed)).toEqual([`a${at("")} stale`]);
    expect(reports(failed)).toMatchObject({ up: 0, scrape_series_added: 0 });
    expect(shop.scraper.targets().activeTargets[0]).toMatchObject({
      health: "down",
      lastError: 'line 2, column 1: expected a metric name, got "!"',
    });
    // Nothing is ended twice, and what comes back goes on.
    expect(scraped(await next())).toEqual([]);
    text("a 3\n");
    expect(scraped(await next())).toEqual([`a${at("")} 3`]);
  });

  it("counts what is over sample_limit, and says more of a scrape on demand", async () => {
    text("a 1\nb 1\nc 1\n");
    await shop.scraper.apply(target("    sample_limit: 2\n    extra_scrape_metrics: true"));
    shop.clock.runNext();
    await expect.poll(() => shop.batches.length).toBeGreaterThan(0);
    expect(reports(shop.batches[0])).toMatchObject({
      up: 0,
      scrape_samples_scraped: 3,
      scrape_samples_post_metric_relabeling: 3,
      scrape_sample_limit: 2,
      scrape_timeout_seconds: 10,
      scrape_body_size_bytes: 12,
    });
  });

  it.each<[string, () => void, string, RegExp]>([
    ["another status", () => (shop.answer = (_q, r) => r.writeHead(503).end()), "", /HTTP status 503/],
    [
      "no format",
      () => text("a 1", "text/html"),
      "",
      /Content-Type text\/html is not known; set fallback_scrape_protocol/,
    ],
    ["a broken connection", () => (shop.answer = (_q, r) => r.destroy()), "", /socket hang up/],
    [
      "a body that is cut off",
      () => (shop.answer = (_q, r) => r.writeHead(200, { "content-length": 9 }).write("a 1\n", () => r.destroy())),
      "",
      /closed before the answer was whole|aborted/,
    ],
    ["too many samples", () => text("a 1\nb 1\n"), "sample_limit: 1", /2 samples, the job's sample_limit is 1/],
    ["too many labels", () => text('a{x="1"} 1\n'), "label_limit: 3", /the sample "a" has 4 labels, label_limit is 3/],
    [
      "a long label name",
      () => text('a{xxxxxxxxx="1"} 1\n'),
      "label_name_length_limit: 8",
      /longer than label_name_length_limit/,
    ],
    [
      "a long label value",
      () => text(`a{x="${"y".repeat(99)}"} 1\n`),
      "label_value_length_limit: 50",
      /a value of x longer/,
    ],
    ["a large body", () => text(`a{x="${"y".repeat(2000)}"} 1\n`), "body_size_limit: 1KB", /the limit is 1024/],
    [
      "a name of the wrong scheme",
      () => text('{"a.b"} 1\n'),
      "metric_name_validation_scheme: legacy",
      /no name of the legacy scheme/,
    ],
    [
      "too many targets",
      () => text("a 1\n"),
      "target_limit: 1\n    static_configs: [{targets: ['x:1', 'y:1']}]",
      /has 2 targets, its target_limit is 1/,
    ],
  ])("is down for %s", async (_what, given, more, message) => {
    given();
    const config = more.includes("static_configs") ? jobs(`    ${more}`) : target(`    ${more}`);
    await shop.scraper.apply(config);
    shop.clock.runNext();
    await expect.poll(() => shop.batches.length).toBeGreaterThan(0);
    expect(scraped(shop.batches[0])).toEqual([]);
    expect(reports(shop.batches[0])).toMatchObject({ up: 0 });
    await expect
      .poll(() => shop.scraper.targets().activeTargets[0])
      .toMatchObject({ health: "down", lastError: expect.stringMatching(message) });
  });

  it("is down when it does not answer in time", async () => {
    shop.answer = () => {};
    await start(target("    scrape_timeout: 2s"));
    shop.clock.runNext();
    await expect.poll(() => shop.requests).toHaveLength(1);
    shop.clock.runNext();
    await expect.poll(() => reports(shop.batches[0])).toMatchObject({ up: 0 });
    expect(shop.scraper.targets().activeTargets[0]?.lastError).toBe("no whole answer within 2 s");
  });

  it("keeps its state when the samples cannot be stored, and says so", async () => {
    text("a 1\n");
    await start();
    shop.appendError = new Error("the spool is full");
    shop.clock.runNext();
    await expect
      .poll(() => shop.scraper.targets().activeTargets[0]?.lastError)
      .toBe("the samples could not be stored: the spool is full");
    shop.appendError = undefined;
    await shop.settled();
    expect(scraped(await next())).toEqual([`a${at("")} 1`]);
  });

  it("follows redirects, without its credentials to other hosts", async () => {
    const seen: (string | undefined)[] = [];
    shop.answer = ({ url, headers }, response) => {
      seen.push(headers.authorization);
      if (url === "/metrics") response.writeHead(302, { location: "/here" }).end();
      else if (url === "/here")
        response.writeHead(307, { location: `http://localhost:${shop.address.split(":")[1]}/there` }).end();
      else response.writeHead(200, { "content-type": "text/plain" }).end("a 1\n");
    };
    await start(target("    basic_auth: {username: u, password: p}"));
    expect(scraped(await next())).toEqual([`a${at("")} 1`]);
    const basic = `Basic ${Buffer.from("u:p").toString("base64")}`;
    expect(seen).toEqual([basic, basic, undefined]);
  });

  it("reads its token from a file, again for each scrape", async () => {
    text("a 1\n");
    writeFileSync(join(shop.folder, "token"), "one\n");
    await start(target("    authorization: {credentials_file: token}"));
    await next();
    writeFileSync(join(shop.folder, "token"), "two\n");
    await next();
    expect(shop.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer one", "Bearer two"]);
  });
});

describe("labels", () => {
  const body = 'a{job="own",instance="",exported_job="x",y="1"} 1\n';
  it.each([
    ["honor_labels: false", `a{exported_exported_job="own",exported_job="x",instance="ADDRESS",job="j",y="1"} 1`],
    ["honor_labels: true", `a{exported_job="x",job="own",y="1"} 1`],
    ["metric_relabel_configs: [{action: labeldrop, regex: 'y|exported_.*'}]", `a{instance="ADDRESS",job="j"} 1`],
  ])("with %s", async (more, expected) => {
    text(body);
    await start(target(`    ${more}`));
    expect(scraped(await next())).toEqual([expected.replace("ADDRESS", shop.address)]);
  });

  it("are relabelled to drop samples, and the first of two equal ones counts", async () => {
    text('a{x="1"} 1\na{x="2"} 2\nb 3\n');
    await start(
      target(
        "    metric_relabel_configs: [{action: drop, source_labels: [__name__], regex: b}, {action: labeldrop, regex: x}]",
      ),
    );
    const batch = await next();
    expect(scraped(batch)).toEqual([`a${at("")} 1`]);
    expect(reports(batch)).toMatchObject({ scrape_samples_scraped: 3, scrape_samples_post_metric_relabeling: 2 });
  });

  it("of targets may be made from what was discovered; dropped ones are listed", async () => {
    text("a 1\n");
    const more =
      "    relabel_configs:\n" +
      "      - {source_labels: [__address__], regex: 'drop:.*', action: drop}\n" +
      "      - {source_labels: [__address__], target_label: __param_target}\n" +
      `      - {target_label: __address__, replacement: '${shop.address}'}\n` +
      "      - {source_labels: [__param_target], target_label: instance}\n" +
      "      - {source_labels: [__meta_x], target_label: x}\n";
    await start(jobs(`    static_configs: [{targets: ['https://site/', 'drop:1'], labels: {__meta_x: m}}]\n${more}`));
    expect(scraped(await next())).toEqual(['a{instance="https://site/",job="j",x="m"} 1']);
    expect(shop.requests[0]?.url).toBe("/metrics?target=https%3A%2F%2Fsite%2F");
    const { activeTargets, droppedTargets, droppedTargetCounts } = shop.scraper.targets();
    expect(activeTargets).toEqual([
      {
        discoveredLabels: {
          __always_scrape_classic_histograms__: "false",
          __convert_classic_histograms_to_nhcb__: "false",
          __scrape_native_histograms__: "false",
          __address__: "https://site/",
          __meta_x: "m",
          __metrics_path__: "/metrics",
          __scheme__: "http",
          __scrape_interval__: "10s",
          __scrape_timeout__: "10s",
          job: "j",
        },
        labels: { instance: "https://site/", job: "j", x: "m" },
        scrapePool: "j",
        scrapeUrl: `http://${shop.address}/metrics?target=https%3A%2F%2Fsite%2F`,
        globalUrl: `http://${shop.address}/metrics?target=https%3A%2F%2Fsite%2F`,
        lastError: "",
        lastScrape: expect.stringMatching(/^2023-11-14T22:1\d:\d\d\.\d{3}Z$/),
        lastScrapeDuration: 0,
        health: "up",
        scrapeInterval: "10s",
        scrapeTimeout: "10s",
      },
    ]);
    expect(droppedTargets).toMatchObject([{ scrapePool: "j", discoveredLabels: { __address__: "drop:1" } }]);
    expect(droppedTargetCounts).toEqual({ j: 1 });
  });

  it("that make no target are told, and the others are scraped", async () => {
    text("a 1\n");
    await start(
      jobs(
        `    relabel_configs: [{source_labels: [__address__], regex: bad, target_label: __scheme__, replacement: ftp}]\n    static_configs: [{targets: [bad, '${shop.address}']}]`,
      ),
    );
    expect(shop.faults).toEqual(['target bad: the scheme "ftp" is not http or https']);
    expect(scraped(await next())).toEqual([`a${at("")} 1`]);
  });
});

it("asks all targets though many of them hang", async () => {
  shop.answer = () => {};
  const numbers = Array.from(
    { length: 100 },
    (_, number) => `{targets: ['${shop.address}'], labels: {n: '${number}'}}`,
  );
  await shop.scraper.apply(jobs(`    static_configs: [${numbers.join(", ")}]`));
  await expect.poll(() => shop.clock.timerCount).toBe(100);
  for (let count = 0; count < 100; count++) shop.clock.runNext();
  await expect.poll(() => shop.requests.length).toBe(100);
});

describe("discovery", () => {
  it("by files: read again when they change; targets that go are ended", async () => {
    text("a 1\n");
    const file = join(shop.folder, "t.json");
    writeFileSync(file, JSON.stringify([{ targets: [shop.address], labels: { env: "x" } }]));
    const timeoutMs = 30_000;
    const discovering = new Scraper({
      // On which scrapes follow each other at once, and still have all their time.
      clock: { ...systemClock, after: (ms, run) => systemClock.after(ms === timeoutMs ? ms : Math.min(ms, 50), run) },
      version: "0",
      append: (batch) => Promise.resolve(shop.batches.push(batch)),
      onFault: ({ error }) => shop.faults.push(error.message),
    });
    await discovering.apply(
      jobs("    file_sd_configs: [{files: ['t*.json', 'u.yaml']}]").map((job) => ({
        ...job,
        intervalMs: timeoutMs,
        timeoutMs,
      })),
    );
    await expect.poll(() => scraped(shop.batches[0])).toEqual([`a{env="x",instance="${shop.address}",job="j"} 1`]);
    expect(discovering.targets().activeTargets[0]?.discoveredLabels).toMatchObject({ __meta_filepath: file });
    writeFileSync(file, "[{");
    await expect.poll(() => shop.faults.some((fault) => fault.startsWith(`${file}: `))).toBe(true);
    expect(discovering.targets().activeTargets).toHaveLength(1);
    writeFileSync(file, "[]");
    await expect.poll(() => discovering.targets().activeTargets).toHaveLength(0);
    await discovering.stop();
    const last = shop.batches.at(-1);
    expect(scraped(last)).toEqual([`a{env="x",instance="${shop.address}",job="j"} stale`]);
    expect(reports(last)).toMatchObject({ up: "stale" });
  });

  it("by HTTP", async () => {
    shop.answer = ({ url }, response) => {
      const isDiscovery = url === "/sd";
      response
        .writeHead(200, { "content-type": isDiscovery ? "application/json" : "text/plain" })
        .end(isDiscovery ? JSON.stringify([{ targets: [shop.address], labels: { __meta_dc: "1" } }]) : "a 1\n");
    };
    await shop.scraper.apply(
      jobs(
        `    http_sd_configs: [{url: 'http://${shop.address}/sd'}]\n    relabel_configs: [{action: labelmap, regex: '__meta_(dc|url)'}]`,
      ),
    );
    await expect.poll(() => shop.clock.timerCount).toBe(2);
    shop.clock.runNext();
    await expect.poll(() => shop.batches).toHaveLength(1);
    expect(scraped(shop.batches[0])).toEqual([
      `a{dc="1",instance="${shop.address}",job="j",url="http://${shop.address}/sd"} 1`,
    ]);
  });
});

describe("a changed configuration", () => {
  it("goes on with targets that stay, and ends the others", async () => {
    text("a 1\nb 1\n");
    await start(target());
    await next();
    await shop.scraper.apply(
      target("    metric_relabel_configs: [{action: drop, source_labels: [__name__], regex: b}]"),
    );
    await shop.settled();
    expect(scraped(await next())).toEqual([`a${at("")} 1`, `b${at("")} stale`]);
    await shop.scraper.apply([]);
    expect(scraped(shop.batches.at(-1))).toEqual([`a${at("")} stale`]);
    expect(shop.scraper.targets().activeTargets).toEqual([]);
    expect(shop.clock.timerCount).toBe(0);
  });

  it("stops without a trace", async () => {
    text("a 1\n");
    await start();
    await next();
    await shop.scraper.stop();
    expect(shop.batches).toHaveLength(1);
    expect(shop.clock.timerCount).toBe(0);
  });

  it("cuts off what is under way when it stops, which says nothing about the target", async () => {
    shop.answer = () => {};
    await start();
    shop.clock.runNext();
    await expect.poll(() => shop.requests).toHaveLength(1);
    await shop.scraper.stop();
    expect(shop.batches).toEqual([]);
  });
});
