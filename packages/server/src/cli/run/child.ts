import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type Ending, unstartable } from "./ending.ts";
import type { StreamName } from "./output-log.ts";
import { makePipes } from "./pipes.ts";

export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  readonly environment: Record<string, string>;
  /** Undefined: the command gets our own streams, and we do not touch them. */
  readonly output: ChildOutput | undefined;
  readonly signals: SignalSource;
  /** Whether a terminal sends its signals to the command as well as to us. */
  readonly isOnTerminal: boolean;
}

export interface ChildOutput {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Sees every chunk that is passed through. */
  readonly onChunk: (stream: StreamName, chunk: Uint8Array) => void;
}

/** What `process` is here: something that reports signals. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

const forwarded: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
/** A terminal sends these to the whole foreground group; a second one from us would be taken for impatience. */
const sentByTerminal = new Set<NodeJS.Signals>(["SIGINT", "SIGQUIT"]);

/** After the command's end its output may still come this long after the last of it: a process that it left behind may
 * hold the pipe open for ever, and a shell would not wait for that one either. */
const outputIdleMs = 500;

/** Starts the command, passes everything through, and waits for its end and for the end of its output. */
export async function runChild(options: ChildOptions): Promise<Ending> {
  const [program, ...args] = options.command;
  const { output } = options;
  const pipes = output === undefined ? undefined : makePipes();
  const fallback = output === undefined ? "inherit" : "pipe";
  const stdio: StdioOptions = [
    "inherit",
    pipes?.stdout.writeDescriptor ?? fallback,
    pipes?.stderr.writeDescriptor ?? fallback,
  ];
  let child: ChildProcess | undefined;
  const stopForwarding = forwardSignals(options, () => child);
  try {
    try {
      child = spawn(program, args, { env: options.environment, stdio });
    } finally {
      pipes?.stdout.closeWriter();
      pipes?.stderr.closeWriter();
    }
    const ended = endOf(child, program);
    const sources = { stdout: pipes?.stdout.reader ?? child.stdout, stderr: pipes?.stderr.reader ?? child.stderr };
    const passages = output === undefined ? [] : passagesOf(sources, output);
    const ending = await ended;
    await Promise.all(passages.map((passage) => passage.finish()));
    return ending;
  } catch (thrown) {
    return unstartable(thrown as NodeJS.ErrnoException, program);
  } finally {
    stopForwarding();
    pipes?.stdout.reader.destroy();
    pipes?.stderr.reader.destroy();
  }
}

function endOf(child: ChildProcess, program: string): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      // Also emitted when a signal could not be sent; only a command that never started has no pid.
      if (child.pid === undefined) resolve(unstartable(error, program));
    });
    child.once("exit", (code, signal) =>
      resolve(signal === null ? { kind: "exit", code: code ?? 0 } : { kind: "signal", signal }),
    );
  });
}

function passagesOf(sources: Record<StreamName, Readable | null>, output: ChildOutput): Passage[] {
  return (["stdout", "stderr"] as const).flatMap((name) => {
    const source = sources[name];
    return source === null ? [] : [passThrough(source, output[name], (chunk) => output.onChunk(name, chunk))];
  });
}

interface Passage {
  /** The command has ended: resolves when its output has, too. */
  finish(): Promise<void>;
}

/**
 * Copies chunks as they come. When the reader of our output is slow, the command has to wait, as it would without us;
 * when it is gone, the command's next write fails, as it would without us.
 */
function passThrough(source: Readable, target: Writable, onChunk: (chunk: Uint8Array) => void): Passage {
  let idle: NodeJS.Timeout | undefined;
  let chunks = 0;
  const resume = () => {
    source.resume();
    idle?.refresh();
  };
  target.on("drain", resume);
  target.on("error", () => source.destroy());
  source.on("data", (chunk: Buffer) => {
    idle?.refresh();
    chunks += 1;
    if (!target.write(chunk)) source.pause();
    onChunk(chunk);
  });
  source.once("error", () => source.destroy());
  const closed = new Promise<void>((resolve) => void source.once("close", resolve));
  return {
    async finish() {
      idle = setTimeout(() => {
        const chunksBefore = chunks;
        // What came while this process had no time is read first.
        setImmediate(() => {
          if (source.closed) return;
          if (source.isPaused() || chunks > chunksBefore) idle?.refresh();
          else source.destroy();
        });
      }, outputIdleMs);
      if (!source.closed) await closed;
      clearTimeout(idle);
      target.off("drain", resume);
    },
  };
}

function forwardSignals(options: ChildOptions, child: () => ChildProcess | undefined): () => void {
  const listeners = forwarded.map((signal) => {
    const listener = () => {
      if (options.isOnTerminal && sentByTerminal.has(signal)) return;
      child()?.kill(signal);
    };
    options.signals.on(signal, listener);
    return () => options.signals.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}
