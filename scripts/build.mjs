import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installIfNeeded, run, step } from "./install.mjs";

/** Builds every package into its dist/: with its own build.mjs where it has one, else with tsc; and the page into the server. */
const tsc = "node_modules/typescript/bin/tsc";
const packages = ["packages/sdk", "packages/promql", "packages/server", "demo"];
/** Packages of ours that a bundle holds: when they change it is built anew. */
const bundledSources = { "packages/server": ["packages/promql/src"] };

export async function build({ signal } = {}) {
  for (const folder of packages) {
    if (isFresh(folder, `${folder}/dist`, bundledSources[folder])) continue;
    step(`Building ${folder}`);
    const page = folder === "packages/server" ? keepPage() : undefined;
    rmSync(`${folder}/dist`, { recursive: true, force: true });
    if (existsSync(`${folder}/build.mjs`)) await run(process.execPath, [`${folder}/build.mjs`], { signal });
    else await run(process.execPath, [tsc, "-p", `${folder}/tsconfig.build.json`], { signal });
    page?.();
    stamp(folder);
  }
  // The page bundles the PromQL package.
  if (!isFresh("packages/ui", "packages/server/dist/ui", ["packages/promql/src"])) {
    step("Building packages/ui");
    await run(process.execPath, ["../../node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], {
      cwd: "packages/ui",
      signal,
    });
    stamp("packages/ui", "packages/server/dist/ui");
  }
}

/** The page lives in the server's dist, which a server build empties. */
function keepPage() {
  const page = "packages/server/dist/ui";
  if (!existsSync(page)) return undefined;
  const kept = "packages/ui/dist";
  rmSync(kept, { recursive: true, force: true });
  cpSync(page, kept, { recursive: true, preserveTimestamps: true });
  return () => {
    cpSync(kept, page, { recursive: true, preserveTimestamps: true });
    rmSync(kept, { recursive: true, force: true });
  };
}

function stamp(folder, dist = `${folder}/dist`) {
  writeFileSync(join(dist, ".built"), "");
}

function isFresh(folder, dist = `${folder}/dist`, alsoInputs = []) {
  const built = join(dist, ".built");
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  const inputs = ["src", "public", "index.html", "vite.config.ts", "build.mjs", "package.json"].map((name) =>
    join(folder, name),
  );
  return [...inputs, ...alsoInputs, "package-lock.json"].every((input) => newestMtimeMs(input) <= builtAt);
}

function newestMtimeMs(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newestMtimeMs(join(path, name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await installIfNeeded();
  await build();
}
