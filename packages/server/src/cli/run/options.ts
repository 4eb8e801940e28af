import { basename, extname } from "node:path";
import { SightglassError } from "../../model/errors.ts";

/** Where rows come from or go to, as `--source SYSTEM[:TABLE]` has it. */
export interface Endpoint {
  readonly system: string;
  readonly table?: string;
}

export interface RunOptions {
  /** The command and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly pipeline?: string;
  readonly stage?: string;
  readonly partition?: string;
  readonly runId?: string;
  readonly source?: Endpoint;
  readonly sink?: Endpoint;
  /** Base address of an OTLP/HTTP receiver. */
  readonly endpoint?: string;
  /** Keep the output as log records. When false the command gets our own streams, terminal included. */
  readonly keepsOutput: boolean;
}

/** A name or id: not empty, as an unset variable of a script makes it, and not the `--` that was to end the flags. */
export function parseName(text: string, flag: string): string {
  if (text.trim() !== "" && text !== "--") return text;
  throw new SightglassError("invalid_argument", `${flag} has no value: it got "${text}"`, {
    hint: `write ${flag} VALUE before --, or leave ${flag} out`,
  });
}

/** Reads `SYSTEM` or `SYSTEM:TABLE`; the table may hold colons itself. */
export function parseEndpoint(text: string, flag: string): Endpoint {
  const colon = text.indexOf(":");
  const system = (colon === -1 ? text : text.slice(0, colon)).trim();
  const table = colon === -1 ? "" : text.slice(colon + 1).trim();
  if (system === "")
    throw new SightglassError("invalid_argument", `${flag} "${text}" names no system`, {
      hint: `write ${flag} SYSTEM or ${flag} SYSTEM:TABLE, for example ${flag} postgresql:public.orders`,
    });
  return { system, ...(table === "" ? {} : { table }) };
}

const interpreters = /^(python[\d.]*|node|bun|deno|bash|sh|zsh|ruby|perl|php|Rscript|julia)$/;
/** Options of interpreters that take the next argument with them. */
const optionsWithValue = new Set(["-r", "--require", "--import", "--loader", "-W", "-X", "-I", "-o"]);
/** What follows is the program itself, not a file. */
const programText = new Set(["-c", "-e", "--eval", "-p", "--print"]);

/**
 * What a run is called when nobody says: the script's or module's name when an interpreter runs one (`python jobs/load.py`
 * is `load`, `python -m jobs.load` is `jobs.load`), else the command's.
 */
export function defaultName(command: readonly string[]): string {
  const [program = "", ...args] = command;
  const name = basename(program);
  return (interpreters.test(name) ? scriptName(args) : undefined) ?? name;
}

function scriptName(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (programText.has(arg)) return undefined;
    if (arg === "-m") return args[i + 1];
    if (optionsWithValue.has(arg)) i += 1;
    else if (!arg.startsWith("-")) return basename(arg, extname(arg));
  }
  return undefined;
}
