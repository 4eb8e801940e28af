import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The server as npm would install it: the files that `npm pack` takes, unpacked into a node_modules of their own.
 * Dependencies are those of the repository. Made once for each test process.
 */
export function packedServer(): string {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-packed-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const root = resolve(import.meta.dirname, "../..");
  if (!existsSync(join(root, "packages/server/dist"))) throw new Error("build first: npm run build");
  execFileSync(
    "npm",
    ["pack", "--silent", "--pack-destination", folder, "-w", "sightglass", "-w", "@sightglass/promql"],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@sightglass"), { recursive: true });
  for (const tarball of readdirSync(folder).filter((name) => name.endsWith(".tgz"))) {
    execFileSync("tar", ["-xzf", tarball], { cwd: folder });
    const target = tarball.startsWith("sightglass-promql") ? "@sightglass/promql" : "sightglass";
    cpSync(join(folder, "package"), join(modules, target), { recursive: true });
    rmSync(join(folder, "package"), { recursive: true });
  }
  // What npm put beside the server goes before what it hoisted.
  linkDependencies(join(root, "packages/server/node_modules"), modules);
  linkDependencies(join(root, "node_modules"), modules);
  return join(modules, "sightglass", "bin", "sightglass.cjs");
}

function linkDependencies(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from)) {
    if (name.startsWith(".") || (!name.startsWith("@") && existsSync(join(to, name)))) continue;
    if (!name.startsWith("@")) symlinkSync(join(from, name), join(to, name));
    else {
      mkdirSync(join(to, name), { recursive: true });
      linkDependencies(join(from, name), join(to, name));
    }
  }
}
