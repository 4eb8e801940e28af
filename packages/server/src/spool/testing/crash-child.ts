import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { systemClock } from "../../model/clock.ts";
import { openEmbeddedStore } from "../../store/embedded/store.ts";
import { readStoredCounts } from "../../store/ledger-counts.ts";
import { migrate } from "../../store/migrate.ts";
import type { Store } from "../../store/store.ts";
import { openSpool } from "../open.ts";
import type { Step } from "../steps.ts";
import { rowsInRequest, type Acknowledged, type Found } from "./crash-child-protocol.ts";
import { SpanRows } from "./span-rows.ts";

/**
 * A server reduced to spool and store, made to die: it replays what the one before left, tells what it finds, and then
 * takes requests until it is killed, or kills itself at the given step.
 * Arguments: data folder, number of the first request, the step to die at (or `-`), how often the step passes before.
 */
const [dataDir = "", first = "0", dieAt = "-", after = "0"] = process.argv.slice(2);
const say = (message: Found | Acknowledged) => writeSync(1, `${JSON.stringify(message)}\n`);
let passes = Number(after);
// The server's sockets keep it alive; the clock's timers do not.
setInterval(() => {}, 1_000);

const store = await openEmbeddedStore({ dataDir });
await migrate(store, { clock: systemClock });
const replay = await openSpool(spoolOptions(store, () => {}));
while (replay.status().segments > 0) await new Promise((resolve) => setTimeout(resolve, 5));
const { spans } = await replay.ledger();
say({ type: "found", ...(await counts(store)), ledger: spans });
await replay.stop();

const spools = await openSpool(
  spoolOptions(store, (step) => {
    if (step === dieAt && passes-- === 0) process.kill(process.pid, "SIGKILL");
  }),
);
let next = Number(first);
const sender = async (): Promise<void> => {
  for (;;) {
    const request = next;
    next += 1;
    await spools.tables.spans.append((block) => {
      for (let row = 0; row < rowsInRequest; row += 1)
        block.push({ traceId: request, spanId: row, isPipeline: row === 0 });
      return { accepted: rowsInRequest, rejected: 0 };
    });
    say({ type: "acknowledged", request });
  }
};
await Promise.all([sender(), sender(), sender()]);

function spoolOptions(store: Store, at: (step: Step) => void) {
  return {
    dataDir,
    clock: systemClock,
    randomHex: (bytes: number) => randomBytes(bytes).toString("hex"),
    newBlock: { spans: () => new SpanRows() },
    insert: (segment: { table: string; path: string; token: string }) => store.insertSegment(segment),
    storedCounts: () => readStoredCounts(store),
    settings: { spoolSegmentAgeMaxMs: 20 },
    at,
  };
}

async function counts(store: Store): Promise<Omit<Found, "type" | "ledger">> {
  const [row] = await store.query<{ traces: string[]; uneven: number }>(
    `SELECT groupArray(hex(trace_id)) AS traces, countIf(spans != ${rowsInRequest}) AS uneven
     FROM (SELECT trace_id, count() AS spans FROM spans GROUP BY trace_id)`,
  );
  const [views] = await store.query<{ spans: number; facts: number }>(
    "SELECT (SELECT sum(span_count) FROM traces) AS spans, (SELECT count() FROM run_facts) AS facts",
  );
  return {
    traces: row?.traces ?? [],
    uneven: row?.uneven ?? 0,
    tracesViewSpans: views?.spans ?? 0,
    facts: views?.facts ?? 0,
  };
}
