import { defineConfig } from "vitest/config";

const resolve = { conditions: ["sightglass-source", "node", "import", "default"] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    // One embedded engine per process: chDB refuses two data folders in one process, so files run in forks.
    pool: "forks",
    maxWorkers: 2,
    // Of a test that hangs; one that waits in vain for something says what it was long before.
    testTimeout: 120_000,
    // A condition that is waited for has come long before this, but on a machine that has no time.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    // CI machines are shared: a moment without processor time must not cost a landing. Whoever works here sees every failure.
    retry: process.env["CI"] === "true" ? 1 : 0,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "packages/*/src/**/*.test.tsx", "demo/src/**/*.test.ts"],
        },
      },
      { extends: true, test: { name: "house", include: ["test/*.test.ts"] } },
      {
        extends: true,
        test: { name: "app", include: ["test/app/**/*.test.ts"], testTimeout: 240_000, fileParallelism: false },
      },
      {
        extends: true,
        test: { name: "page", include: ["test/page/**/*.test.ts"], testTimeout: 240_000, fileParallelism: false },
      },
      {
        extends: true,
        test: { name: "engines", include: ["test/engines/**/*.test.ts"], testTimeout: 300_000, fileParallelism: false },
      },
    ],
  },
});
