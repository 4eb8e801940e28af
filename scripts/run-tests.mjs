import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** More files than this do not fail by chance. */
const repeatedFilesMax = 4;

/**
 * Runs every test of these projects, in the working directory; ends with one line that counts them. On CI, whose machines are
 * shared, the few files that failed are run a second time from the start, and the line says so: what fails by chance (a
 * process that got no time, in a hook too) does not fail twice, what is wrong does. Whoever works here sees every failure.
 * @returns the exit code
 */
export function runTests(projects) {
  const isCi = process.env.CI === "true";
  const first = runOnce(projects, []);
  const bad = first.files.filter(({ isGood }) => !isGood);
  const canRepeat = isCi && bad.length > 0 && bad.length <= repeatedFilesMax;
  if (!canRepeat) return summarise({ ...first, isCi, repeated: [] });
  for (const { path, tests } of bad) {
    const failed = tests.filter(({ state }) => state === "failed").map(({ name }) => name);
    print(`failed, and run a second time: ${shown(path)}${failed.map((name) => `\n  ${name}`).join("")}`);
  }
  const paths = bad.map(({ path }) => path);
  const second = runOnce(projects, paths);
  const again = new Map(second.files.map((file) => [file.path, file]));
  const files = first.files.map((file) => (paths.includes(file.path) ? (again.get(file.path) ?? file) : file));
  return summarise({ files, strays: second.strays, status: second.status, isCi, repeated: paths });
}

/** @param paths of the files to run; empty: all */
function runOnce(projects, paths) {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-test-"));
  const report = join(folder, "report.json");
  const program = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
  const reporter = fileURLToPath(new URL("test-report.mjs", import.meta.url));
  const args = ["run", "--reporter=default", `--reporter=${reporter}`];
  for (const name of projects) args.push("--project", name);
  const { status } = spawnSync(process.execPath, [program, ...args, ...paths], {
    stdio: "inherit",
    env: { ...process.env, SIGHTGLASS_TEST_REPORT: report },
  });
  try {
    return { ...JSON.parse(readFileSync(report, "utf8")), status: status ?? 1 };
  } catch {
    return { files: [], strays: ["no test report was written"], status: status || 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarise({ files, strays, status, isCi, repeated }) {
  const cases = files.flatMap(({ tests }) => tests);
  const passed = cases.filter(({ state }) => state === "passed").length;
  const skipped = cases.filter(({ state }) => state === "skipped");
  for (const { name } of skipped) print(`skipped: ${name}`);
  const twice = cases.filter(({ state, wasTriedAgain }) => state === "passed" && wasTriedAgain);
  for (const { name } of twice) print(`passed on the second try: ${name}`);
  const bad = files.filter(({ isGood }) => !isGood);
  for (const { path } of bad) print(`failed: ${shown(path)}`);
  for (const message of strays) print(`failed: ${message}`);
  const inSecondRun = repeated.filter((path) => !bad.some((file) => file.path === path));
  for (const path of inSecondRun) print(`passed on the second run: ${shown(path)}`);
  const failed = Math.max(
    bad.flatMap(failuresOf).length + strays.length,
    // vitest has a reason of its own.
    status === 0 ? 0 : 1,
  );
  const notInstalled = isCi && skipped.length > 0;
  if (notInstalled) print("On CI nothing may be skipped: .ci/run installs what tests need.");
  print(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return status || (failed > 0 || notInstalled ? 1 : 0);
}

/** A file that is bad without a failed test (a hook, an import, a process that died) is one failure. */
function failuresOf({ path, tests }) {
  const failed = tests.filter(({ state }) => state === "failed");
  return failed.length > 0 ? failed : [path];
}

const shown = (path) => relative(process.cwd(), path);

function print(line) {
  process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = runTests(process.argv.slice(2));
