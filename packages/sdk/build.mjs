import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { bundledLicences } from "../../scripts/bundled-licences.mjs";

/**
 * Builds dist/: tsc makes the types, rolldown one file for each entry of package.json, with OpenTelemetry's SDK inside. Two
 * hundred small files would take longer to find and open than to run (docs/adr/0008).
 */
const folder = dirname(fileURLToPath(import.meta.url));
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const { values: options } = parseArgs({ options: { out: { type: "string", default: join(folder, "dist") } } });
const out = resolve(options.out);

rmSync(out, { recursive: true, force: true });
writeTypes();
const bundled = await bundle();
keepReachableTypes();
writeTypesOfCommonJs();
writeFileSync(join(out, "THIRD-PARTY.md"), bundledLicences(bundled));

function writeTypes() {
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  const args = [tsc, "-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", out];
  execFileSync(process.execPath, args, { cwd: folder, stdio: "inherit" });
}

/** The files that package.json offers, without their ending. */
function entries() {
  const files = Object.values(manifest.exports).map((target) => target.default);
  return files.filter((file) => file !== undefined).map((file) => relative("dist", file).replace(/\.js$/, ""));
}

/** Returns the modules that are in the bundles. */
async function bundle() {
  const build = await rolldown({
    input: Object.fromEntries(entries().map((name) => [name, join(folder, "src", `${name}.ts`)])),
    external: Object.keys(manifest.dependencies).map((name) => new RegExp(`^${name}(?:/|$)`)),
    platform: "node",
    resolve: {
      conditionNames: ["esnext", "module", "import", "node", "default"],
      mainFields: ["esnext", "module", "main"],
    },
    onLog(level, { message }) {
      if (level === "warn") throw new Error(message);
    },
  });
  const { output } = await build.write({
    dir: out,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
  });
  await build.close();
  return output.flatMap((chunk) => Object.keys(chunk.modules ?? {}));
}

/** The types of what is bundled are not for others: they import packages that a user does not have. */
function keepReachableTypes() {
  const reachable = new Set();
  const visit = (file) => {
    if (reachable.has(file)) return;
    reachable.add(file);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"([^"]+)"/g)) {
      if (target.startsWith(".")) visit(join(dirname(file), target.replace(/\.[jt]s$/, ".d.ts")));
      else if (isBundled(target)) throw new Error(`${relative(out, file)} is public and imports types of ${target}`);
    }
  };
  for (const name of entries()) visit(join(out, `${name}.d.ts`));
  for (const file of filesIn(out)) if (file.endsWith(".d.ts") && !reachable.has(file)) rmSync(file);
}

/**
 * The same types as those of CommonJS modules: Node lets these `require` an ES module, but TypeScript, up to 5.7 and with `module: node16`,
 * lets them import types of CommonJS only.
 */
function writeTypesOfCommonJs() {
  for (const file of filesIn(out).filter((each) => each.endsWith(".d.ts"))) {
    const types = readFileSync(file, "utf8").replaceAll(/((?:from |import\()"\.[^"]+)\.[jt]s"/g, '$1.cjs"');
    writeFileSync(file.replace(/\.ts$/, ".cts"), types);
  }
}

function isBundled(target) {
  return Object.keys(manifest.devDependencies).some((name) => target === name || target.startsWith(`${name}/`));
}

function filesIn(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
