import { hostname } from "node:os";
import { isatty } from "node:tty";
import { Command } from "commander";
import { systemClock } from "../../model/clock.ts";
import { sendWith } from "../client.ts";
import { type Endpoint, parseEndpoint, parseName, type RunOptions } from "./options.ts";
import { clientFilesOf } from "./settings.ts";
import { randomIds } from "./random.ts";
import { runCommand as run, type RunIo } from "./run-command.ts";

interface Flags {
  pipeline?: string;
  stage?: string;
  partition?: string;
  runId?: string;
  source?: Endpoint;
  sink?: Endpoint;
  endpoint?: string;
  output: boolean;
}

const examples = `
Examples:
  $ sightglass run -- python load.py
  $ sightglass run --pipeline nightly --partition 2026-11-20 --sink postgresql:public.orders -- ./load.sh --all
  $ sightglass run --endpoint http://collector:4318 -- dbt build

The command may print its row counts, one line each:
  ::sightglass read=100 written=98 failed=2 reason=bad_date::

Exit code: the command's; 128 + n when signal n ended it; 127 no such command; 126 it cannot be started`;

/** `sightglass run -- CMD`. `onExit` gets the exit code. */
export function runCommandDefinition(onExit: (code: number) => void, io: RunIo = processIo()): Command {
  return new Command("run")
    .description("run any command, in any language, as a pipeline run")
    .argument("<command...>", "the command and its arguments, after --")
    .option(
      "--pipeline <name>",
      "the pipeline's name (default: the script's or the command's name)",
      named("--pipeline"),
    )
    .option("--stage <name>", "the stage's name (default: the command's name)", named("--stage"))
    .option("--partition <key>", "what this run covers: a day, a file, a tenant", named("--partition"))
    .option("--run-id <id>", "the scheduler's id of this run (default: a random one)", named("--run-id"))
    .option("--source <system[:table]>", "where rows come from", (text: string) => parseEndpoint(text, "--source"))
    .option("--sink <system[:table]>", "where rows go", (text: string) => parseEndpoint(text, "--sink"))
    .option("--endpoint <url>", "OTLP/HTTP receiver (default OTEL_EXPORTER_OTLP_ENDPOINT, else http://127.0.0.1:4318)")
    .option("--no-output", "do not keep the output as logs: the command gets the terminal itself")
    .passThroughOptions()
    .addHelpText("after", examples)
    .action(async (command: [string, ...string[]], flags: Flags) => {
      onExit(await run(optionsOf(command, flags), io));
    });
}

const named = (flag: string) => (text: string) => parseName(text, flag);

function optionsOf(command: [string, ...string[]], { output, ...flags }: Flags): RunOptions {
  return { ...flags, command, keepsOutput: output };
}

function processIo(): RunIo {
  return {
    // Only when needed: Node makes a stream non-blocking when it is looked at, and the command may share it.
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    environment: process.env,
    clock: systemClock,
    send: sendWith(clientFilesOf(process.env)),
    signals: process,
    isOnTerminal: isatty(0),
    hostName: hostname(),
    ids: randomIds,
  };
}
