import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { LogBlock } from "../log-block.ts";
import type { NativeBlock } from "../native/native-block.ts";
import { SpanBlock } from "../span-block.ts";
import { TestEngine } from "../testing/engine.ts";
import { fuzzCount } from "../testing/fuzz-environment.ts";
import { mutate } from "../testing/mutate.ts";
import { logsRequest, traceRequest } from "../testing/otlp-arbitraries.ts";
import { encodeMessage } from "../testing/otlp-messages.ts";
import { toOtlpJson } from "../testing/otlp-source.ts";
import { SeededRandom } from "../testing/random.ts";
import type { DecodeContext } from "./envelope-decoder.ts";
import { decodeLogsJson, decodeLogsProtobuf } from "./logs.ts";
import type { DecodeOutcome } from "./rejections.ts";
import { decodeTracesJson, decodeTracesProtobuf } from "./traces.ts";

/**
 * Damaged payloads: each gives an error of the catalogue and leaves the block as it was, or rows. Never anything else,
 * never more memory than a small multiple of the payload. `SIGHTGLASS_FUZZ_COUNT=1000000` for the long run.
 */
const context = { receivedAtMs: 1_700_000_000_000 };
const seedPayloads = 200;
/** The densest part on the wire is an event of two bytes, which takes some 70 in columns. */
const growthMax = 64;
const rowsMax = 20_000;

const traces = fc.sample(traceRequest, { numRuns: seedPayloads, seed: 1 });
const logs = fc.sample(logsRequest, { numRuns: seedPayloads, seed: 2 });
const choices = new SeededRandom(3);

interface Target<Block extends NativeBlock> {
  block: Block;
  payloads: Uint8Array[];
  decode: (body: Uint8Array, block: Block, context: DecodeContext) => DecodeOutcome;
}

const targets = {
  "traces in protobuf": {
    block: new SpanBlock(),
    payloads: traces.map((request) => encodeMessage("ExportTraceServiceRequest", request)),
    decode: decodeTracesProtobuf,
  } satisfies Target<SpanBlock> as unknown as Target<NativeBlock>,
  "traces in JSON": {
    block: new SpanBlock(),
    payloads: traces.map((request) => Buffer.from(toOtlpJson(request, choices))),
    decode: decodeTracesJson,
  } satisfies Target<SpanBlock> as unknown as Target<NativeBlock>,
  "logs in protobuf": {
    block: new LogBlock(),
    payloads: logs.map((request) => encodeMessage("ExportLogsServiceRequest", request)),
    decode: decodeLogsProtobuf,
  } satisfies Target<LogBlock> as unknown as Target<NativeBlock>,
  "logs in JSON": {
    block: new LogBlock(),
    payloads: logs.map((request) => Buffer.from(toOtlpJson(request, choices))),
    decode: decodeLogsJson,
  } satisfies Target<LogBlock> as unknown as Target<NativeBlock>,
};

const engine = new TestEngine();
afterAll(() => engine.close());

function digest(block: NativeBlock): string {
  const hash = createHash("sha256");
  for (const chunk of block.encode()) hash.update(chunk);
  return hash.digest("hex");
}

describe.each(Object.entries(targets))("%s", (name, { block, payloads, decode }) => {
  it("damaged at random, are an error or rows", { timeout: 600_000 }, () => {
    const random = new SeededRandom(name.length);
    const count = Math.ceil(fuzzCount / Object.keys(targets).length);
    let decoded = 0;
    let failed = 0;
    for (let run = 0; run < count; run++) {
      const body = mutate(random.pick(payloads), random.pick(payloads), random);
      const mark = block.mark();
      const rowsBefore = block.rowCount;
      const bytesBefore = block.byteLength;
      // Comparing whole blocks is slow, so not each time.
      const before = run % 64 === 0 && rowsBefore < 500 ? digest(block) : undefined;
      try {
        const { accepted } = decode(body, block, context);
        if (block.rowCount !== rowsBefore + accepted) expect.fail(`run ${run}: rows do not match what was accepted`);
        if (block.byteLength - bytesBefore > growthMax * body.length)
          expect.fail(`run ${run}: the block grew too much`);
        decoded++;
        if (before !== undefined) {
          block.rollback(mark);
          expect(digest(block)).toBe(before);
        }
      } catch (error) {
        failed++;
        if (!(error instanceof SightglassError) || error.code !== "invalid_argument") throw error;
        block.rollback(mark);
        if (before !== undefined) expect(digest(block)).toBe(before);
        if (block.byteLength !== bytesBefore) expect.fail(`run ${run}: the rollback left something behind`);
      }
      if (block.rowCount > rowsMax) {
        if (run < 100_000) engine.insert(block);
        block.clear();
      }
    }
    // Both happen often, or the mutations are of no use.
    expect(decoded).toBeGreaterThan(count / 20);
    expect(failed).toBeGreaterThan(count / 20);
  });

  it("give blocks that the engine takes", () => {
    const rows = block.rowCount;
    const stored = () =>
      Number(engine.rows<{ count: string }>(`SELECT count() AS count FROM ${block.table}`)[0]?.count);
    const before = stored();
    engine.insert(block);
    expect(stored()).toBe(before + rows);
    block.clear();
  });
});
