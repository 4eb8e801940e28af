import { execFileSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { bundledLicences } from "../../scripts/bundled-licences.mjs";

/**
 * Builds dist/: the modules as tsc makes them, the SQL files beside them, and dist/bundle, which the program runs from. Eight
 * hundred modules, with those of the dependencies, take longer to find, open and link than to run (docs/adr/0009). The bundle
 * is a folder deep, as the modules are: so files that they read lie where they look for them.
 */
const folder = dirname(fileURLToPath(import.meta.url));
const out = join(folder, "dist");

rmSync(out, { recursive: true, force: true });
const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: folder, stdio: "inherit" });
cpSync(join(folder, "src/store/schema"), join(out, "store/schema"), { recursive: true });
writeFileSync(join(out, "THIRD-PARTY.md"), bundledLicences(await bundle()));

/** Returns the modules that are in the bundle. */
async function bundle() {
  const build = await rolldown({
    input: { cli: join(out, "cli/index.js") },
    // They find their native libraries beside themselves.
    external: ["chdb", "koffi"],
    platform: "node",
    onLog(level, { message }) {
      if (level === "warn") throw new Error(message);
    },
  });
  const { output } = await build.write({
    dir: join(out, "bundle"),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await build.close();
  return output.flatMap((chunk) => Object.keys(chunk.modules ?? {}));
}
