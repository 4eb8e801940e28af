import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { catalogue } from "./catalogue.mjs";
import { findPeers, machine } from "./machine.mjs";

const usage = `npm run bench -- [NAME ...] [--spans N] [--data DIR] [--results DIR] [--check]

Runs the named benchmarks, or all of them, each in a process of its own. Build first: npm run build.
  --spans N      spans stored for \`query\` (10000000)
  --data DIR     folder for \`query\`, kept for the next time: a hundred million spans take ten minutes
  --results DIR  where NAME.json is written (benchmarks/results)
  --check        exit code 1 when a floor is missed

${Object.entries(catalogue)
  .map(([name, { about }]) => `  ${name.padEnd(15)} ${about}`)
  .join("\n")}`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    spans: { type: "string", default: "10000000" },
    data: { type: "string" },
    results: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) },
    check: { type: "boolean", default: false },
    child: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
process.exitCode = await main();

async function main() {
  const names = positionals.length > 0 ? positionals : Object.keys(catalogue);
  const unknown = names.filter((name) => !Object.hasOwn(catalogue, name));
  if (unknown.length > 0) console.error(`there is no benchmark ${unknown.join(", ")}\n`);
  if (options.help || unknown.length > 0) {
    console.log(usage);
    return unknown.length > 0 ? 2 : 0;
  }
  if (options.child) return runHere(names[0]);
  if (!existsSync("packages/server/dist/.built")) {
    console.error("the packages are not built: run `npm run build` first");
    return 2;
  }
  mkdirSync(options.results, { recursive: true });
  const results = [];
  for (const name of names) results.push(await runApart(name));
  return report(results);
}

/** One process has one data folder of the engine, and memory that another benchmark would inherit. */
async function runApart(name) {
  console.log(`\n${name}: ${catalogue[name].about}`);
  const file = `${options.results}/${name}.json`;
  rmSync(file, { force: true });
  const args = ["benchmarks/run.mjs", name, "--child", "--spans", options.spans, "--results", options.results];
  if (options.data !== undefined) args.push("--data", options.data);
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { UV_THREADPOOL_SIZE: "12", ...process.env },
  });
  const [code] = await once(child, "exit");
  if (code === 0 && existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  return { name, failed: `it ended with ${code}`, figures: [] };
}

async function runHere(name) {
  const before = machine();
  const found = await catalogue[name].run({
    spans: Number(options.spans),
    ...(options.data === undefined ? {} : { dataDir: resolve(options.data) }),
  });
  const figures = catalogue[name].figures(found);
  const result = {
    name,
    measuredAt: new Date().toISOString(),
    before,
    after: machine(),
    peers: findPeers(),
    figures,
    rows: found.rows,
    ...(found.start === undefined ? {} : { start: found.start }),
  };
  writeFileSync(`${options.results}/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.table(found.table ?? found.rows);
  process.exit(0);
}

function report(results) {
  const figures = results.flatMap(({ name, figures: own }) => own.map((figure) => ({ name, ...figure })));
  if (figures.length > 0) {
    console.log("\nBudgets");
    console.table(
      figures.map((figure) => ({
        benchmark: figure.name,
        what: figure.what,
        value: `${Math.round(figure.value * 100) / 100} ${figure.unit}`,
        floor: Number.isFinite(figure.floor) ? figure.floor : "",
        target: figure.target ?? "",
        verdict: verdict(figure),
      })),
    );
  }
  for (const { name, failed } of results) if (failed !== undefined) console.log(`${name} has no result: ${failed}`);
  const { cores, processor, memoryGigabytes, load, node } = machine();
  console.log(`machine: ${cores} cores (${processor}), ${memoryGigabytes} GB, load ${load.join(" ")}, node ${node}`);
  if (load[0] > cores) console.log("others were at work: read times as upper bounds, and trust processor time more");
  const peers = Object.entries(findPeers());
  const list = (isFound) => peers.filter(([, version]) => (version !== null) === isFound);
  console.log(
    `peers found: ${
      list(true)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ") || "none"
    }`,
  );
  console.log(
    `peers missing: ${
      list(false)
        .map(([name]) => name)
        .join(", ") || "none"
    }`,
  );
  const isFailed = results.some(({ failed }) => failed !== undefined);
  return isFailed || (options.check && figures.some((figure) => verdict(figure) === "missed")) ? 1 : 0;
}

function verdict({ value, floor, target, isMore }) {
  const reaches = (bound) => bound !== undefined && (isMore ? value >= bound : value <= bound);
  if (reaches(target)) return "target";
  return reaches(floor) ? "floor" : "missed";
}
