import type { Writable } from "node:stream";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { version } from "../../self/version.ts";
import type { Send } from "../client.ts";
import { runChild, type SignalSource } from "./child.ts";
import { childEnvironment } from "./child-environment.ts";
import { exitCodeOf } from "./ending.ts";
import { defaultName, type RunOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { OutputLog } from "./output-log.ts";
import type { IdSource } from "./random.ts";
import { Recorder, type RecordSink } from "./recorder.ts";
import { destinationOf, type Destination, type Environment } from "./settings.ts";
import { parseTraceparent } from "./trace-context.ts";

/** What the command needs of the world. */
export interface RunIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly send: Send;
  readonly signals: SignalSource;
  /** Whether our standard input is a terminal. */
  readonly isOnTerminal: boolean;
  readonly hostName: string;
  readonly ids: IdSource;
}

/**
 * Runs a command as a run with one stage, and behaves as the command does: its output, its signals, its exit code.
 * Telemetry never holds it up and never changes its result.
 *
 * @returns the command's exit code; 128 + n when signal n ended it; 127 when there is no such command, 126 when it
 * cannot be started.
 */
export async function runCommand(options: RunOptions, io: RunIo): Promise<number> {
  const warn = (text: string) => void io.stderr.write(`sightglass run: ${text}\n`);
  const parent = parseTraceparent(io.environment["TRACEPARENT"], io.environment["TRACESTATE"]);
  const destination = destinationFor(options, io.environment, warn);
  const outbox =
    // A parent that is not sampled speaks for the whole trace.
    destination === undefined || parent?.isSampled === false
      ? undefined
      : new Outbox({
          destination,
          resource: resourceOf(options, io),
          clock: io.clock,
          send: io.send,
          onTrouble: (problem) => warn(`telemetry is not delivered (${problem}); the command runs all the same`),
        });
  const recorder = new Recorder({ run: options, parent, sink: outbox ?? nowhere, clock: io.clock, ids: io.ids });
  const output = new OutputLog({
    clock: io.clock,
    keep: (record) => recorder.keepOutput(record),
    onCounts: (line) => recorder.count(line),
    onInvalidCounts: (problem) => warn(`a line of output looks like row counts but cannot be read: ${problem}`),
  });
  recorder.start();
  const ending = await runChild({
    command: options.command,
    environment: childEnvironmentOf(options, io, recorder, destination),
    output: options.keepsOutput
      ? { stdout: io.stdout, stderr: io.stderr, onChunk: (stream, chunk) => output.push(stream, chunk) }
      : undefined,
    signals: io.signals,
    isOnTerminal: io.isOnTerminal,
  });
  output.end();
  if (ending.kind === "unstartable") warn(ending.message);
  recorder.finish(ending, output.errorTail);
  await outbox?.finish();
  return exitCodeOf(ending);
}

/** A wrong flag is the caller's to mend; a wrong variable, which may have been set for other programs, must not stop the job. */
function destinationFor(
  { endpoint }: RunOptions,
  environment: Environment,
  warn: (text: string) => void,
): Destination | undefined {
  try {
    return destinationOf(endpoint, environment);
  } catch (error) {
    if (endpoint !== undefined || !(error instanceof SightglassError)) throw error;
    warn(`telemetry is not sent (${error.message}); the command runs all the same`);
    return undefined;
  }
}

const nowhere: RecordSink = { addLog() {}, addSpan() {} };

function childEnvironmentOf(
  options: RunOptions,
  io: RunIo,
  recorder: Recorder,
  destination: Destination | undefined,
): Record<string, string> {
  // What is set already stays, unless the flag says otherwise.
  const isSet = options.endpoint === undefined && (io.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "") !== "";
  return childEnvironment({
    environment: io.environment,
    context: recorder.stageContext,
    endpoint: isSet ? undefined : destination?.endpoint,
    pipeline: recorder.pipeline,
    runId: recorder.runId,
  });
}

function resourceOf(options: RunOptions, io: RunIo): Record<string, string> {
  return {
    "service.name": io.environment["OTEL_SERVICE_NAME"] ?? options.pipeline ?? defaultName(options.command),
    "host.name": io.hostName,
    "telemetry.sdk.name": "sightglass-run",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.version": version,
  };
}
