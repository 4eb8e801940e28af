import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { publint } from "publint";
import { describe, expect, it } from "vitest";

describe.each(["sdk", "promql", "server"])("packages/%s", (name) => {
  const built = existsSync(`packages/${name}/dist/.built`);

  it.skipIf(!built)("is packed as publint wants it (needs a build)", { timeout: 300_000 }, async () => {
    const { messages } = await publint({ pkgDir: `packages/${name}`, strict: true });
    // The SDK has types of CommonJS for what `require` gets, which is an ES module: publint fears for default exports, and there are none.
    expect(messages.filter(({ code }) => name !== "sdk" || code !== "EXPORTS_TYPES_INVALID_FORMAT")).toEqual([]);
  });

  it.skipIf(!built)(
    "has its licence and its README, and nothing of the build's own (needs a build)",
    { timeout: 300_000 },
    () => {
      const told = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
        cwd: `packages/${name}`,
        encoding: "utf8",
      });
      const [{ files }] = JSON.parse(told) as [{ files: { path: string }[] }];
      const paths = files.map(({ path }) => path);
      expect(["LICENSE", "README.md", "package.json"].filter((path) => !paths.includes(path))).toEqual([]);
      expect(paths.filter((path) => /\.built$|\.test\.|\/testing\//.test(path))).toEqual([]);
    },
  );
});
