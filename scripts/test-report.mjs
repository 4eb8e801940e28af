import { writeFileSync } from "node:fs";

/**
 * A reporter of vitest: writes what became of every file and test, as JSON, to the file that SIGHTGLASS_TEST_REPORT names.
 * vitest's own JSON says "passed" of a file whose process died, and nothing of errors outside of tests.
 */
export default class TestReport {
  #paths = [];

  onTestRunStart(specifications) {
    this.#paths = specifications.map(({ moduleId }) => moduleId);
  }

  onTestRunEnd(modules, errors) {
    const files = new Map(this.#paths.map((path) => [path, { path, isGood: false, tests: [] }]));
    for (const module of modules) files.set(module.moduleId, fileOf(module));
    const strays = [];
    for (const { message, VITEST_TEST_PATH: path } of errors) {
      const file = files.get(path);
      if (file === undefined) strays.push(message);
      else file.isGood = false;
    }
    writeFileSync(process.env.SIGHTGLASS_TEST_REPORT, JSON.stringify({ files: [...files.values()], strays }));
  }
}

function fileOf(module) {
  const tests = [...module.children.allTests()].map((test) => ({
    name: test.fullName,
    state: test.result().state,
    wasTriedAgain: test.diagnostic()?.flaky === true,
  }));
  const hasRunThrough = tests.every(({ state }) => state === "passed" || state === "skipped");
  return { path: module.moduleId, isGood: module.ok() && hasRunThrough, tests };
}
