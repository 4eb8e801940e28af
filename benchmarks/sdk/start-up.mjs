import { execFileSync } from "node:child_process";
import { dist, median } from "./measuring.mjs";

const sdk = JSON.stringify(new URL("index.js", dist).href);
const bootstrap = JSON.stringify(new URL("bootstrap/index.js", dist).href);
const auto = JSON.stringify(new URL("auto/index.js", dist).href);
const api = JSON.stringify(import.meta.resolve("@opentelemetry/api"));

const programs = {
  nothing: "",
  api: `await import(${api});`,
  sdk: `await import(${sdk});`,
  bootstrap: `await import(${sdk}); (await import(${bootstrap})).bootstrap({ endpoint: "http://127.0.0.1:1", onTrouble() {} });`,
  auto: `await import(${auto}); await import(${sdk}); (await import(${bootstrap})).bootstrap({ endpoint: "http://127.0.0.1:1", onTrouble() {} });`,
};

/** A small pipeline, for the memory. */
const pipeline = `
  const { pipeline } = await import(${sdk});
  (await import(${bootstrap})).bootstrap({ endpoint: "http://127.0.0.1:1", onTrouble() {} });
  for (let i = 0; i < 100; i++) await pipeline("p", (run) => run.stage("s", (stage) => stage.read(1)));`;

/**
 * What a process takes more than one that does nothing, each beside one that does nothing: milliseconds of processor time and of
 * the clock since the process began, and bytes of memory after a garbage collection.
 */
export function startUp(rounds) {
  const found = Object.fromEntries(Object.keys(programs).map((name) => [name, { cpuMs: [], wallMs: [] }]));
  const memory = [];
  for (let round = 0; round < rounds; round++) {
    const nothing = run(programs.nothing);
    for (const [name, source] of Object.entries(programs)) {
      const { cpuMs, wallMs } = run(source);
      found[name].cpuMs.push(cpuMs - nothing.cpuMs);
      found[name].wallMs.push(wallMs - nothing.wallMs);
    }
    memory.push(run(pipeline).bytes - nothing.bytes);
  }
  const extra = ({ cpuMs, wallMs }) => ({ cpuMs: median(cpuMs), wallMs: median(wallMs) });
  const { nothing: _noise, ...rest } = Object.fromEntries(
    Object.entries(found).map(([name, times]) => [name, extra(times)]),
  );
  return { ...rest, memoryBytes: median(memory) };
}

function run(source) {
  const measured = `${source}
    const { user, system } = process.cpuUsage(); const wallMs = performance.now(); gc();
    const found = { cpuMs: (user + system) / 1000, wallMs, bytes: process.memoryUsage().rss };
    process.stdout.write(JSON.stringify(found), () => process.exit(0));`;
  const args = ["--expose-gc", "--input-type=module", "-e", measured];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", cwd: new URL("../..", import.meta.url) }));
}
