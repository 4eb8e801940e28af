import { Command, CommanderError } from "commander";
import { asSightglassError, SightglassError } from "../model/errors.ts";
import { version } from "../self/version.ts";
import { checkCommand } from "./check.ts";
import { exitCodeOf } from "./exit-code.ts";
import { queryCommand } from "./query.ts";
import { runCommandDefinition } from "./run/command.ts";
import { serveCommand } from "./serve.ts";

/** Runs the command line; never throws. @returns the exit code */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const exit = (code: number) => {
    exitCode = code;
  };
  const program = new Command("sightglass")
    .description("Observability for data pipelines")
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError("(add --help for the options and examples)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ sightglass serve\n  $ sightglass run --pipeline nightly -- ./load.sh\n\n`sightglass COMMAND --help` has more of them.",
    );
  for (const command of [serveCommand(), runCommandDefinition(exit), checkCommand(), queryCommand()])
    program.addCommand(command.copyInheritedSettings(program));
  try {
    await program.parseAsync(["node", "sightglass", ...args]);
  } catch (thrown) {
    // Commander has printed its own message; help and version are not errors.
    if (thrown instanceof CommanderError) exit(thrown.exitCode === 0 ? 0 : exitCodeOf.invalid_argument);
    else exit(report(thrown));
  }
  return exitCode;
}

function report(thrown: unknown): number {
  const error = asSightglassError(thrown);
  process.stderr.write(`sightglass: ${error.message}\n${error.hint === undefined ? "" : `  ${error.hint}\n`}`);
  if (!(thrown instanceof SightglassError) && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  return exitCodeOf[error.code];
}
