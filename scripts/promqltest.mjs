// Runs scripts in the language of Prometheus' promqltest: npm run promqltest -- FILE...
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installIfNeeded } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const packageFolder = join(root, "packages", "promql");
const entry = join(packageFolder, "dist", "index.js");

function newestMs(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return Math.max(
    0,
    ...entries.map((each) => {
      const path = join(folder, each.name);
      return each.isDirectory() ? newestMs(path) : statSync(path).mtimeMs;
    }),
  );
}

function buildIfStale() {
  if (existsSync(entry) && statSync(entry).mtimeMs >= newestMs(join(packageFolder, "src"))) return;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", join(packageFolder, "tsconfig.build.json")], { stdio: "inherit" });
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("Usage: npm run promqltest -- FILE...");
  process.exit(2);
}

await installIfNeeded();
buildIfStale();
const { runScript } = await import(pathToFileURL(entry).href);
let failed = false;
for (const file of files) {
  try {
    const { passed, total, failures } = await runScript(
      readFileSync(resolve(process.env.INIT_CWD ?? ".", file), "utf8"),
    );
    console.log(`${file} ${passed}/${total}`);
    for (const { line, query, message } of failures) console.log(`  ${file}:${line}: ${query}\n    ${message}`);
    failed ||= failures.length > 0;
  } catch (error) {
    console.log(`${file} 0/0`);
    console.log(`  ${file}: ${error.message}`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
