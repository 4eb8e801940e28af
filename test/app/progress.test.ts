import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** A stage's progress on a real terminal and in a log. */

const program = `
  const { pipeline } = await import("@sightglass/sdk");
  await pipeline("p", (run) =>
    run.stage("load", { progress: { total: 1000 } }, async (stage) => {
      for (let i = 0; i < 10; i++) {
        stage.read(100);
        await new Promise((resolve) => setTimeout(resolve, 70));
      }
    }),
  );
  console.log("done");
`;
const command = `node --input-type=module -e '${program}'`;
const hasScript = spawnSync("script", ["--version"]).status === 0;

/** What the program writes to a pseudo-terminal of that many columns. */
function onTerminal(columns: number, environment: Record<string, string | undefined>): string {
  const { stdout } = spawnSync("script", ["-qec", `stty cols ${columns}; ${command}`, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, TERM: "xterm", CI: "", ...environment },
  });
  return stdout;
}

describe.skipIf(!hasScript)("progress on a terminal (needs script of util-linux)", () => {
  it("is a bar that is redrawn within the line, and a last line", () => {
    const frames = onTerminal(60, {}).split("\r\u001B[2K");
    const bars = frames.filter((frame) => frame.includes("░"));
    expect(bars.length).toBeGreaterThan(0);
    for (const bar of bars) {
      expect(bar).toMatch(/^load: █*░+ \d+ % of 1,000/);
      expect(bar.length).toBeLessThan(60);
    }
    expect(frames.at(-1)).toMatch(/^load: 1,000 rows in \d:\d\d, [\d,]+\/s\r\ndone\r\n$/);
  });

  it("fits where the terminal does not know its size", () => {
    expect(onTerminal(0, {})).toMatch(/load: █*░+ \d+ % of 1,000, [\d,]+\/s, \d:\d\d left/);
  });

  it.each([{ CI: "true" }, { TERM: "dumb" }])("is not redrawn with %j", (environment) => {
    expect(onTerminal(60, environment)).toBe("done\r\n");
  });
});

it("progress in a log has nothing that only a terminal reads", () => {
  const { stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "done\n", stderr: "" });
});
