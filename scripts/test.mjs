import { build } from "./build.mjs";
import { installIfNeeded, run, step } from "./install.mjs";
import { runTests } from "./run-tests.mjs";

/** `npm test [-- PROJECT...]`: install, build, check, and every test; ends with one line that counts them. */
await installIfNeeded();
await build();
const projects = process.argv.slice(2);
if (projects.length === 0) {
  step("Types");
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]);
  step("Lint");
  await run(process.execPath, ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"]);
  step("Format");
  await run(process.execPath, ["node_modules/oxfmt/bin/oxfmt", "--check"]);
}
step("Tests");
process.exitCode = runTests(projects.length > 0 ? projects : ["unit", "house", "app", "page"]);
