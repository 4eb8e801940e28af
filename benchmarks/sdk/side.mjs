import { flightLines, transformLines } from "./flight-lines.mjs";
import { cpuMs, dist, median } from "./measuring.mjs";
import { transform } from "./transform.mjs";

/**
 * One side of a comparison, in a process of its own: `node side.mjs WORK with|without FOLDER ENDPOINT`. Prints what a pass took. Without
 * means without: the SDK is not loaded, and the counters do nothing.
 */
const [name, side, folder, endpoint] = process.argv.slice(2);

const nothing = { read() {}, filtered() {}, failed() {}, written() {} };

const works = {
  cheap: { warm: 1, passes: 3, make: () => transform },
  lines: { warm: 1, passes: 2, make: () => (counts) => transformLines(counts, flightLines(folder)) },
  profiled: { warm: 1, passes: 1, make: () => profiledTransform() },
  demo: { warm: 30, passes: 120, make: () => demoTransform() },
};

/** A second of work. Here both sides have the SDK, and one of them a profile. */
async function profiledTransform() {
  const { profile } = await import(new URL("profile/index.js", dist));
  const work = async (counts) => {
    for (let i = 0; i < 3; i++) await transform(counts);
  };
  return side === "with" ? (counts) => profile(() => work(counts)) : work;
}

async function demoTransform() {
  const { openWarehouse } = await import("../../demo/dist/warehouse.js");
  const { extractFlights, transformFlights } = await import("../../demo/dist/pipelines/flights.js");
  const warehouse = await openWarehouse(`${folder}/${side}`);
  const day = "2001-01-13";
  const given = { day, flights: await extractFlights(warehouse, day), warehouse, isStale: false };
  return (counts) => transformFlights(counts, given);
}

/** Calls `measure` with a function that does the work once; in an open run, as a stage of it, where the SDK is asked for. */
async function open(work, measure) {
  if (side === "without" && name !== "profiled") return measure(() => work(nothing));
  const { pipeline } = await import(new URL("index.js", dist));
  const { bootstrap } = await import(new URL("bootstrap/index.js", dist));
  bootstrap({ service: "bench", endpoint, onTrouble() {} });
  await pipeline("bench", (run) => measure(() => run.stage("transform", (stage) => work(stage))));
}

const typical = (times) => (times.length < 10 ? Math.min(...times) : median(times));

const { warm, passes, make } = works[name];
await open(await make(), async (once) => {
  for (let pass = 0; pass < warm; pass++) await once();
  const [cpu, wall] = [[], []];
  const [cpuStartMs, wallStartMs] = [cpuMs(), performance.now()];
  for (let pass = 0; pass < passes; pass++) {
    const [cpuBefore, wallBefore] = [cpuMs(), performance.now()];
    await once();
    cpu.push(cpuMs() - cpuBefore);
    wall.push(performance.now() - wallBefore);
  }
  const found = {
    // The best of a few long passes, the middle of many short ones.
    cpuMs: typical(cpu),
    wallMs: typical(wall),
    // With what is sent between the stages.
    cpuTotalMs: (cpuMs() - cpuStartMs) / passes,
    wallTotalMs: (performance.now() - wallStartMs) / passes,
  };
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
});
