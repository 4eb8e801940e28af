import { describe, expect, it } from "vitest";
import { encodeFamilies } from "../../decode/exposition/testing/client-model.ts";
import { ByteSource } from "../../decode/native/byte-source.ts";
import { readHistogram } from "../../decode/prometheus/histogram.ts";
import { reports, sampleText, scraped } from "./testing/sample-text.ts";
import { ScrapeWorkshop } from "./testing/scrape-workshop.ts";

const shop = new ScrapeWorkshop();
const { text, target, next, start, at } = shop;
const protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

describe("classic histograms", () => {
  const body = '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 3\nh_sum 4\nh_count 3\na 1\n';

  it("are one native histogram each where that is asked for, and end as one", async () => {
    text(body);
    await start(target("    convert_classic_histograms_to_nhcb: true"));
    const batch = await next();
    expect(scraped(batch)).toEqual([`a${at("")} 1`, `h${at("")} histogram`]);
    expect(reports(batch)).toMatchObject({ scrape_samples_scraped: 2 });
    text("a 1\n");
    expect(scraped(await next())).toContain(`h${at("")} stale`);
  });
});

describe("protobuf", () => {
  const histogramOf = async (settings: string) => {
    const histogram = {
      sample_count: 6,
      schema: 3,
      positive_span: [{ length: 6 }],
      positive_delta: [1, 0, 0, 0, 0, 0],
    };
    const body = encodeFamilies([{ name: "h", type: 4, metric: [{ histogram }] }]);
    text(body, protobuf);
    await start(target(`    scrape_native_histograms: true\n${settings}`));
    const bytes = (await next()).samples[0]?.histogram;
    if (bytes === undefined) return shop.scraper.targets().activeTargets[0]?.lastError;
    const { schema, positiveSpans, positiveCounts } = readHistogram(new ByteSource(bytes), 0, bytes.length);
    return { schema, positiveSpans, positiveCounts };
  };

  it.each([
    ["", { schema: 3, positiveSpans: [{ offset: 0, length: 6 }], positiveCounts: [1, 1, 1, 1, 1, 1] }],
    // The indexes 0 to 5 become 0, 1, 1, 2, 2, 3, and then 0, 1, 1, 2.
    [
      "    native_histogram_bucket_limit: 3",
      { schema: 1, positiveSpans: [{ offset: 0, length: 3 }], positiveCounts: [1, 4, 1] },
    ],
    [
      "    native_histogram_min_bucket_factor: 2",
      { schema: 0, positiveSpans: [{ offset: 0, length: 2 }], positiveCounts: [1, 5] },
    ],
    ["    native_histogram_bucket_limit: 1", 'the sample "h": a histogram has 2 buckets, the limit is 1'],
  ])("keeps native histograms within the job's resolution: %s", async (settings, kept) => {
    expect(await histogramOf(settings)).toEqual(kept);
  });

  it("is asked for first when native histograms are wanted", async () => {
    const exemplar = { label: [{ name: "trace_id", value: "t" }], value: 1, timestamp: { seconds: 1 } };
    const body = encodeFamilies([
      {
        name: "h",
        type: 4,
        metric: [
          {
            histogram: { sample_count: 1, positive_span: [{ length: 1 }], positive_delta: [1], exemplars: [exemplar] },
          },
        ],
      },
    ]);
    text(body, protobuf);
    await start(target("    scrape_native_histograms: true"));
    const batch = await next();
    expect(shop.requests[0]?.headers.accept).toMatch(/^application\/vnd.google.protobuf;/);
    expect(sampleText(batch.samples[0]!)).toBe(`h${at("")} histogram`);
    expect(batch.samples[0]?.exemplars).toHaveLength(1);
    // The same exemplar is not stored again.
    expect((await next()).samples[0]?.exemplars).toEqual([]);
  });
});
