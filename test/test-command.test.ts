import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

/** What `npm test` makes of tests that fail: scripts/run-tests.mjs on a folder of small test files. */

const root = resolve(import.meta.dirname, "..");
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const good = `it("is good", () => {}); it("is good too", () => {});`;
const failsOnce = (what: string) => `
  import { existsSync, writeFileSync } from "node:fs";
  const isFirst = !existsSync("seen");
  writeFileSync("seen", "");
  ${what}`;
const hookFailsOnce = failsOnce(
  `beforeAll(() => { if (isFirst) throw new Error("no time"); }); it("hooked", () => {});`,
);
const diesOnce = failsOnce(`it("dies", () => { if (isFirst) process.kill(process.pid, "SIGKILL"); return wait(); });
  const wait = () => new Promise((resolve) => setTimeout(resolve, isFirst ? 60_000 : 0));`);
const straysOnce = failsOnce(`it("strays", async () => {
    if (isFirst) setTimeout(() => { throw new Error("late"); });
    await new Promise((resolve) => setTimeout(resolve, 50));
  });`);
const alwaysFails = `it("is broken", () => { expect(1).toBe(2); });`;
const failsOnceInside = `let tries = 0; it("is good at last", () => { expect(tries++).toBe(1); });`;

function run(tests: Record<string, string>, { isCi = true, retry = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-test-command-"));
  folders.push(folder);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const project = { extends: true, test: { name: "small", include: ["tests/*.test.mjs"] } };
  const config = { test: { pool: "forks", retry, projects: [project] } };
  writeFileSync(join(folder, "vitest.config.mjs"), `export default ${JSON.stringify(config)};`);
  mkdirSync(join(folder, "tests"));
  for (const [name, source] of Object.entries(tests))
    writeFileSync(
      join(folder, "tests", `${name}.test.mjs`),
      `import { beforeAll, expect, it } from "vitest";\n${source}`,
    );
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts/run-tests.mjs"), "small"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...Object.fromEntries(own), CI: String(isCi) },
  });
  const lines = stdout.trimEnd().split("\n");
  return { status, last: lines.at(-1), said: lines.filter((line) => /^(passed|failed|skipped|On CI)/.test(line)) };
}

describe("npm test", () => {
  it.each([
    ["a hook failed", hookFailsOnce, 1],
    ["its process died", diesOnce, 1],
    ["an error came outside of its tests", straysOnce, 1],
  ])("runs a file a second time on CI when %s, and says so", (_what, source, tests) => {
    expect(run({ good, chance: source })).toEqual({
      status: 0,
      last: `${2 + tests} passed, 0 failed, 0 skipped`,
      said: ["failed, and run a second time: tests/chance.test.mjs", "passed on the second run: tests/chance.test.mjs"],
    });
  });

  it("fails where the second run fails too", () => {
    const { status, last, said } = run({ good, alwaysFails, hookFailsOnce });
    expect({ status, last }).toEqual({ status: 1, last: "3 passed, 1 failed, 0 skipped" });
    expect(said).toContain("failed: tests/alwaysFails.test.mjs");
    expect(said).toContain("passed on the second run: tests/hookFailsOnce.test.mjs");
  });

  it("takes no second run for many failures", () => {
    const many = Object.fromEntries([1, 2, 3, 4, 5].map((number) => [`broken-${number}`, alwaysFails]));
    const { status, last, said } = run({ good, ...many });
    expect({ status, last }).toEqual({ status: 1, last: "2 passed, 5 failed, 0 skipped" });
    expect(said.filter((line) => line.includes("second"))).toEqual([]);
  });

  it("takes no second run where somebody works", () => {
    expect(run({ good, hookFailsOnce }, { isCi: false })).toEqual({
      status: 1,
      last: "2 passed, 1 failed, 1 skipped",
      said: expect.arrayContaining(["failed: tests/hookFailsOnce.test.mjs"]),
    });
  });

  it("names the tests that needed a second try", () => {
    expect(run({ failsOnceInside }, { retry: 1 })).toEqual({
      status: 0,
      last: "1 passed, 0 failed, 0 skipped",
      said: ["passed on the second try: is good at last"],
    });
  });

  it("fails on CI where a test is skipped, and only there", () => {
    const tests = { good, skips: `it.skip("needs a program", () => {});` };
    expect(run(tests)).toEqual({
      status: 1,
      last: "2 passed, 0 failed, 1 skipped",
      said: ["skipped: needs a program", expect.stringContaining("On CI nothing may be skipped")],
    });
    expect(run(tests, { isCi: false })).toMatchObject({ status: 0, last: "2 passed, 0 failed, 1 skipped" });
  });

  it("fails where a file cannot be loaded", () => {
    const { status, last } = run({ good, gone: `import "./nowhere.mjs";` }, { isCi: false });
    expect({ status, last }).toEqual({ status: 1, last: "2 passed, 1 failed, 0 skipped" });
  });
});
