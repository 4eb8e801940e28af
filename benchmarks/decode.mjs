import { pathToFileURL } from "node:url";
import { makePayload } from "./otlp-payload.mjs";

const dist = new URL("../packages/server/dist/decode/", import.meta.url);

/** The default of `redaction` in sightglass.yaml. */
const redactionDefault = {
  kinds: ["credentials", "email", "card"],
  byName: true,
  keys: [],
  allow: [],
  blockedValues: [],
};

/**
 * Spans decoded per second on one core, from a protobuf body to the chunks of a Native block, without I/O: the median of
 * `rounds` for each size of request, as the server does it, with redaction. Blocks are encoded and cleared as the spool does,
 * at 131,072 rows. `redaction` is the processor time with it to that without it, the median of rounds that take turns.
 */
export async function decode({ rounds = 9, spansPerRound = 262_144, sizes = [512, 2048, 8192] } = {}) {
  const { SpanBlock } = await import(new URL("span-block.js", dist));
  const { decodeTracesProtobuf } = await import(new URL("otlp/traces.js", dist));
  const { Redaction } = await import(new URL("redact/redaction.js", dist));
  const rows = [];
  for (const spansPerRequest of sizes) {
    const payloads = Array.from({ length: 4 }, (_, index) => {
      const payload = makePayload(spansPerRequest);
      payload.refresh(BigInt(1_700_000_000_000 + index) * 1_000_000n);
      return payload.body;
    });
    const blocks = [new SpanBlock(), new SpanBlock(new Redaction(redactionDefault))];
    const rates = [];
    const ratios = [];
    let encodedBytes = 0;
    for (let round = 0; round < rounds; round++) {
      const [plainMs, redactedMs] = blocks.map((block) => {
        const startedAt = process.cpuUsage();
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
        const { user, system } = process.cpuUsage(startedAt);
        return (user + system) / 1000;
      });
      rates.push((spansPerRound / redactedMs) * 1000);
      ratios.push(redactedMs / plainMs);
    }
    ratios.sort((a, b) => a - b);
    rates.sort((a, b) => a - b);
    rows.push({
      spansPerRequest,
      bytesPerSpan: Math.round(payloads[0].length / spansPerRequest),
      spansPerSecond: Math.round(rates[rounds >> 1]),
      best: Math.round(rates.at(-1)),
      redaction: Math.round(ratios[rounds >> 1] * 1000) / 1000,
      nativeBytesPerSpan: Math.round(encodedBytes),
    });
  }
  return rows;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.table(await decode());
}
