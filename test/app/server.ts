import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packedServer } from "./packed.ts";

let packed: string | undefined;

export interface Ports {
  page: number;
  grpc: number;
  http: number;
}

export interface ServerOptions {
  /** Kept when given, else a temporary folder that `dispose` removes. */
  data?: string;
  ports?: Ports;
  args?: string[];
  environment?: Record<string, string>;
}

/** One server process, reached over its ports only. */
export class Server {
  readonly data: string;
  readonly ports: Ports;
  readonly process: ChildProcess;
  output = "";
  readonly #ownsData: boolean;

  private constructor(options: ServerOptions & { ports: Ports }) {
    this.#ownsData = options.data === undefined;
    this.data = options.data ?? mkdtempSync(join(tmpdir(), "sightglass-data-"));
    this.ports = options.ports;
    packed ??= packedServer();
    const { page, grpc, http } = options.ports;
    this.process = spawn(
      process.execPath,
      [
        packed,
        "serve",
        "--data",
        this.data,
        "--listen",
        `127.0.0.1:${page}`,
        "--otlp-grpc",
        `127.0.0.1:${grpc}`,
        "--otlp-http",
        `127.0.0.1:${http}`,
        ...(options.args ?? []),
      ],
      { env: { ...process.env, ...options.environment }, stdio: ["ignore", "pipe", "pipe"] },
    );
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Started, whether or not it comes up. */
  static async spawn(options: ServerOptions = {}): Promise<Server> {
    return new Server({ ...options, ports: options.ports ?? (await freePorts()) });
  }

  /** Started and ready. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = await Server.spawn(options);
    await server.ready();
    return server;
  }

  /** The packed command line. */
  get program(): string {
    packed ??= packedServer();
    return packed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.page}`;
  }

  get otlpHttp(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get otlpGrpc(): string {
    return `http://127.0.0.1:${this.ports.grpc}`;
  }

  async ready(timeoutMs = 60_000): Promise<void> {
    await until(
      async () => {
        if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.output}`);
        const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
        return answer?.ok === true;
      },
      { what: () => `the server to be ready; it said: ${this.output}`, timeoutMs },
    );
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}${path}`);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async exited(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
    return this.process.exitCode;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.process.kill(signal);
    return this.exited();
  }

  /** Ends it whatever its state, and removes a folder that was made for it. */
  async dispose(): Promise<void> {
    await this.stop("SIGKILL");
    if (this.#ownsData) rmSync(this.data, { recursive: true, force: true });
  }
}

/** Waits until `check` holds; throws what was awaited when time is up. */
export async function until(
  check: () => Promise<boolean> | boolean,
  { what, timeoutMs = 60_000 }: { what: () => string; timeoutMs?: number },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what()}`);
    await sleep(25);
  }
}

export async function freePorts(): Promise<Ports> {
  return { page: await freePort(), grpc: await freePort(), http: await freePort() };
}

/** Systems give out ports from 32768 on by themselves: below that nobody is given this one before it is used. */
const range = { first: 20_000, end: 32_000 };
let nextPort = range.first + Math.floor(Math.random() * (range.end - range.first));

export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort;
    nextPort = port + 1 < range.end ? port + 1 : range.first;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
