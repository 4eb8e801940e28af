import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { installIfNeeded, run, step } from "./install.mjs";

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
const folder = mkdtempSync(join(tmpdir(), "sightglass-test-"));
const report = join(folder, "report.json");
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...(projects.length > 0 ? projects : ["unit", "house", "app", "page"]).flatMap((name) => ["--project", name]),
  ],
  { stdio: "inherit" },
);
process.exitCode = summarise(report, status ?? 1);
rmSync(folder, { recursive: true, force: true });

function summarise(path, exitCode) {
  let results;
  try {
    results = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    process.stdout.write("No test report was written.\n0 passed, 1 failed\n");
    return exitCode || 1;
  }
  const cases = results.testResults.flatMap((file) => file.assertionResults);
  const skipped = cases.filter((one) => one.status !== "passed" && one.status !== "failed");
  for (const one of skipped) process.stdout.write(`skipped: ${one.fullName}\n`);
  // A file that could not be loaded has no cases of its own.
  const broken = results.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = results.numFailedTests + broken.length;
  const notInstalled = process.env.CI === "true" && skipped.length > 0;
  if (notInstalled) process.stdout.write("On CI nothing may be skipped: .ci/run installs what tests need.\n");
  process.stdout.write(`${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped\n`);
  return exitCode || (failed > 0 || notInstalled ? 1 : 0);
}
