import { describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { fuzzCount } from "../testing/fuzz-environment.ts";
import { mutate } from "../testing/mutate.ts";
import { SeededRandom } from "../testing/random.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import type { ExpositionVisitor } from "./exposition.ts";
import { parseProtobuf } from "./protobuf.ts";
import { encodeFamilies } from "./testing/client-model.ts";
import { collect } from "./testing/collect.ts";
import { parseText } from "./text.ts";

/** Damaged bodies give an error with its position, or samples; never anything else. `SIGHTGLASS_FUZZ_COUNT` for a long run. */
const text = Buffer.from(
  '# HELP a Some help.\\n\n# TYPE a counter\na{x="1",y="\\"\\n"} 1.5e3 1700000000000\na{x="2"} NaN\n\n' +
    '# TYPE h histogram\nh_bucket{le="0.5"} 3\nh_bucket{le="+Inf"} 4\nh_sum 2\nh_count 4\n{"b.c","d e"="ü"} -Inf\n',
);
const openMetrics = Buffer.from(
  '# TYPE a counter\n# UNIT a_seconds seconds\na_total{x="1"} 5 1.5 # {trace_id="t"} 1 2\na_created{x="1"} 1\n' +
    '# TYPE h histogram\nh_bucket{le="1"} 1 # {} 2\nh_created 3\n{"u.v_total","w"="x"} 1\n# EOF\n',
);
const protobuf = encodeFamilies([
  { name: "g", help: "Help.", type: 1, metric: [{ label: [{ name: "x", value: "ä" }], gauge: { value: 2 } }] },
  {
    name: "h",
    type: 4,
    metric: [
      {
        histogram: {
          sample_count: 3,
          bucket: [{ cumulative_count: 1, upper_bound: 1 }],
          positive_span: [{ offset: 1, length: 2 }],
          positive_delta: [1, -1],
          negative_count: [1.5],
          exemplars: [{ value: 1, timestamp: { seconds: 5 } }],
        },
        timestamp_ms: 9,
      },
    ],
  },
]);

const targets: [string, Uint8Array, (body: Uint8Array, visitor: ExpositionVisitor) => void][] = [
  ["text", text, parseText],
  ["OpenMetrics", openMetrics, parseOpenMetrics],
  [
    "protobuf",
    protobuf,
    (body, visitor) => parseProtobuf(body, visitor, { nativeHistograms: true, classicBesideNative: true }),
  ],
];

describe.each(targets)("%s, damaged at random", (name, body, parse) => {
  it("is an error or samples", { timeout: 600_000 }, () => {
    const random = new SeededRandom(name.length);
    const count = Math.ceil(fuzzCount / targets.length);
    let failed = 0;
    for (let run = 0; run < count; run++) {
      const damaged = mutate(body, body, random);
      try {
        for (const { labels, value } of collect((visitor) => parse(damaged, visitor)).samples) {
          if (labels["__name__"] === undefined || typeof value !== "number") expect.fail(`run ${run}: not a sample`);
        }
      } catch (error) {
        if (!(error instanceof SightglassError) || error.code !== "invalid_argument") throw error;
        if (!/^(line \d+, column \d+|byte \d+ of the protobuf): /.test(error.message)) throw error;
        failed++;
      }
    }
    // Both happen often, or the mutations are of no use.
    expect(failed).toBeGreaterThan(count / 10);
    expect(count - failed).toBeGreaterThan(count / 50);
  });
});
