import { spawn } from "node:child_process";
import { once } from "node:events";

/** How the SDK is measured: with and without, turn by turn, in processor time. */

export const dist = new URL("../../packages/sdk/dist/", import.meta.url);

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Of the rounds, what the quiet quarter stayed below. */
export const quiet = (values) => values.toSorted((a, b) => a - b)[values.length >> 2];

/** Processor time of this process in milliseconds: on a shared machine it is steadier than the clock. */
export function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Nanoseconds of processor time for one call of `work`, which is done `count` times in each round. */
export function nanosecondsOf(work, count, rounds) {
  const found = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = cpuMs();
    for (let i = 0; i < count; i++) work(i);
    found.push(((cpuMs() - startMs) * 1e6) / count);
  }
  return quiet(found);
}

/** Heads or tails, the same in each run. */
export function coin() {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >= 0x8000_0000;
  };
}

/**
 * How much more `b` took than `a`, pair by pair, in percent: the median, and between what it lies with 95 % confidence (order
 * statistics of the binomial distribution).
 */
export function difference(a, b) {
  const percents = b.map((value, i) => (value / a[i] - 1) * 100).toSorted((x, y) => x - y);
  const spread = 0.98 * Math.sqrt(percents.length);
  const at = (index) => percents[Math.min(Math.max(Math.round(index), 0), percents.length - 1)];
  return {
    percent: median(percents),
    low: at(percents.length / 2 - spread),
    high: at(percents.length / 2 - 1 + spread),
  };
}

/**
 * Runs both by turns, so that whatever drifts falls on both. Which comes first is tossed: in a fixed order, garbage that is
 * collected every few turns would always be collected on the same side.
 *
 * @param before is called before each turn, and not measured; with true where `withIt` follows
 * @returns the median of what each took in processor time, and how much more `withIt` took
 */
export async function paired(without, withIt, rounds, before = () => {}) {
  const [cpu, wall] = [
    { a: [], b: [] },
    { a: [], b: [] },
  ];
  const timed = async (key, work, isKept) => {
    before(key === "b");
    const [cpuBefore, wallBefore] = [cpuMs(), performance.now()];
    await work();
    if (!isKept) return;
    cpu[key].push(cpuMs() - cpuBefore);
    wall[key].push(performance.now() - wallBefore);
  };
  const isReversed = coin();
  for (let round = -2; round < rounds; round++) {
    const order = [
      ["a", without],
      ["b", withIt],
    ];
    if (isReversed()) order.reverse();
    for (const [key, work] of order) await timed(key, work, round >= 0);
  }
  return {
    withoutMs: median(cpu.a),
    withMs: median(cpu.b),
    cpu: difference(cpu.a, cpu.b),
    wall: difference(wall.a, wall.b),
  };
}

/** A receiver in a process of its own, so that answering is on nobody's account here. */
export async function startSink() {
  const script = `
    const { createServer } = require("node:http");
    const server = createServer((request, response) => { request.resume(); request.on("end", () => response.end()); });
    server.listen(0, "127.0.0.1", () => process.send(server.address().port));
    process.on("disconnect", () => process.exit());`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [port] = await once(child, "message");
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}
