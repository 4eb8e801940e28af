import { pathToFileURL } from "node:url";
import { makePayload } from "./otlp-payload.mjs";

const dist = new URL("../packages/server/dist/decode/", import.meta.url);

/**
 * Spans decoded per second on one core, from a protobuf body to the chunks of a Native block, without I/O: the median of
 * `rounds` for each size of request. Blocks are encoded and cleared as the spool does, at 131,072 rows.
 */
export async function decode({ rounds = 9, spansPerRound = 262_144, sizes = [512, 2048, 8192] } = {}) {
  const { SpanBlock } = await import(new URL("span-block.js", dist));
  const { decodeTracesProtobuf } = await import(new URL("otlp/traces.js", dist));
  const rows = [];
  for (const spansPerRequest of sizes) {
    const payloads = Array.from({ length: 4 }, (_, index) => {
      const payload = makePayload(spansPerRequest);
      payload.refresh(BigInt(1_700_000_000_000 + index) * 1_000_000n);
      return payload.body;
    });
    const block = new SpanBlock();
    const rates = [];
    let encodedBytes = 0;
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      for (let count = 0; count < spansPerRound; count += spansPerRequest) {
        const mark = block.mark();
        const body = payloads[(count / spansPerRequest) % payloads.length];
        const { accepted } = decodeTracesProtobuf(body, block, { receivedAtMs: 1_700_000_000_000 });
        if (accepted !== spansPerRequest) block.rollback(mark);
        if (block.rowCount < 131_072) continue;
        encodedBytes = 0;
        for (const chunk of block.encode()) encodedBytes += chunk.length;
        encodedBytes /= block.rowCount;
        block.clear();
      }
      rates.push((spansPerRound / (performance.now() - startedAt)) * 1000);
    }
    rates.sort((a, b) => a - b);
    rows.push({
      spansPerRequest,
      bytesPerSpan: Math.round(payloads[0].length / spansPerRequest),
      spansPerSecond: Math.round(rates[rounds >> 1]),
      best: Math.round(rates.at(-1)),
      nativeBytesPerSpan: Math.round(encodedBytes),
    });
  }
  return rows;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.table(await decode());
}
