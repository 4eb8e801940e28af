import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const packageFolder = resolve(import.meta.dirname, "../..");
const modulesFolder = resolve(packageFolder, "../../node_modules");

/**
 * What a program of a test does not set itself: at its end it waits so long for the receiver, which on a busy machine may take
 * more than the 2 s of a user's program.
 */
const defaults = { exitTimeoutMs: 30_000 };

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface ProgramResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/**
 * A folder with the packed SDK installed as a user has it: the files of `npm pack`, and its dependencies beside it.
 * Programs in it run in processes of their own.
 */
export class Workshop {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "sightglass-sdk-"));
    const staging = join(this.folder, "staging");
    const modules = join(this.folder, "node_modules");
    const installed = join(modules, "@sightglass/sdk");
    mkdirSync(installed, { recursive: true });
    const build = [join(packageFolder, "build.mjs"), "--out", join(staging, "dist")];
    execFileSync(process.execPath, build, { cwd: packageFolder, stdio: "inherit" });
    cpSync(join(packageFolder, "package.json"), join(staging, "package.json"));
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", this.folder], {
      cwd: staging,
      stdio: "pipe",
    });
    const tarball = readdirSync(this.folder).find((name) => name.endsWith(".tgz")) ?? "";
    execFileSync("tar", ["-xzf", join(this.folder, tarball), "--strip-components=1", "-C", installed]);
    const { dependencies } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as Manifest;
    this.write("defaults.json", JSON.stringify(defaults));
    // Its own dependencies and Node's types, and nothing else that happens to be installed here.
    for (const name of [...Object.keys(dependencies), "@types", "undici-types"]) this.link(name);
  }

  /** Installs a package that is installed here, for programs that use it themselves. */
  link(name: string): void {
    const target = join(this.folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(modulesFolder, name), target);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** All files of the installed package. */
  files(): string[] {
    return readdirSync(join(this.folder, "node_modules/@sightglass/sdk"), { recursive: true }).map(String);
  }

  /** A file of the installed package. */
  read(file: string): string {
    return readFileSync(join(this.folder, "node_modules/@sightglass/sdk", file), "utf8");
  }

  write(name: string, source: string): void {
    writeFileSync(join(this.folder, name), source);
  }

  /** Starts a file as a program. */
  startFile(name: string, environment: Record<string, string> = {}, args: string[] = []): Program {
    return new Program(join(this.folder, name), this.folder, environment, args);
  }

  /** Starts `source` as a program. The file name decides between ESM (.mjs) and CommonJS (.cjs). */
  start(name: string, source: string, environment: Record<string, string> = {}, args: string[] = []): Program {
    this.write(name, source);
    return this.startFile(name, environment, args);
  }

  /** What the compiler says of files as a user's strict TypeScript: nothing when they are right. */
  compile(files: readonly string[], options: readonly string[]): string {
    const strict = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"];
    const { stdout } = spawnSync(join(modulesFolder, ".bin/tsc"), [...strict, ...options, ...files], {
      cwd: this.folder,
      encoding: "utf8",
    });
    return stdout;
  }

  /** The same for one program, which sees no package that the SDK does not bring. */
  typecheck(name: string, source: string, options: readonly string[] = []): string {
    this.write(name, source);
    return this.compile([name], ["--noEmit", "--preserveSymlinks", ...options]);
  }

  run(name: string, source: string, environment: Record<string, string> = {}): Promise<ProgramResult> {
    return this.start(name, source, environment).ended;
  }
}

export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<ProgramResult>;
  stdout = "";
  stderr = "";

  constructor(file: string, cwd: string, environment: Record<string, string>, args: string[]) {
    const startedAt = performance.now();
    this.child = spawn(process.execPath, [...args, file], {
      cwd,
      env: { PATH: process.env["PATH"], SIGHTGLASS_CONFIG: join(cwd, "defaults.json"), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr, durationMs: performance.now() - startedAt }),
      );
    });
  }

  /** Waits until the program has printed `text`, up to 25 s. */
  async printed(text: string): Promise<void> {
    for (let waitedMs = 0; !this.stdout.includes(text); waitedMs += 5) {
      if (waitedMs > 25_000 || this.child.exitCode !== null)
        throw new Error(`never printed "${text}": ${this.stdout} ${this.stderr}`);
      await new Promise((resolve) => void setTimeout(resolve, 5));
    }
  }
}
