import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFlightLines } from "./flight-lines.mjs";
import { coin, difference, median, startSink } from "./measuring.mjs";

const program = fileURLToPath(new URL("side.mjs", import.meta.url));

/**
 * The same work with and without the SDK, each time in a process of its own: how V8 happens to compile a function differs by more
 * than what is measured, and a process without the SDK has none of its hooks. Pairs of processes, one after the other, in an order
 * that is tossed.
 *
 * @param work one of side.mjs
 */
export async function apart(work, pairs) {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-bench-"));
  const sink = await startSink();
  const measure = (side) => JSON.parse(execFileSync(process.execPath, [program, work, side, folder, sink.endpoint]));
  const isReversed = coin();
  const found = { without: [], with: [] };
  try {
    if (work === "lines") await writeFlightLines(folder);
    for (let pair = 0; pair < pairs; pair++)
      for (const side of isReversed() ? ["with", "without"] : ["without", "with"]) found[side].push(measure(side));
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const of = (side, key) => found[side].map((each) => each[key]);
  return {
    withoutMs: median(of("without", "cpuMs")),
    withMs: median(of("with", "cpuMs")),
    cpu: difference(of("without", "cpuMs"), of("with", "cpuMs")),
    wall: difference(of("without", "wallMs"), of("with", "wallMs")),
    cpuTotal: difference(of("without", "cpuTotalMs"), of("with", "cpuTotalMs")),
    wallTotal: difference(of("without", "wallTotalMs"), of("with", "wallTotalMs")),
  };
}
