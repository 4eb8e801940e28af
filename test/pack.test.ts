import { existsSync } from "node:fs";
import { publint } from "publint";
import { describe, expect, it } from "vitest";

describe.each(["sdk", "promql", "server"])("packages/%s", (name) => {
  const built = existsSync(`packages/${name}/dist/.built`);

  it.skipIf(!built)("is packed as publint wants it (needs a build)", async () => {
    const { messages } = await publint({ pkgDir: `packages/${name}`, strict: true });
    expect(messages).toEqual([]);
  });
});
