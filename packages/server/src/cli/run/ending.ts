import { constants } from "node:os";

/** How the command ended. */
export type Ending =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals }
  /** 127: there is no such command; 126: it is there but cannot be run (POSIX shell, "Exit Status for Commands"). */
  | { readonly kind: "unstartable"; readonly code: 126 | 127; readonly message: string };

/** The exit code that a shell would report. */
export function exitCodeOf(ending: Ending): number {
  return ending.kind === "signal" ? 128 + constants.signals[ending.signal] : ending.code;
}

/** What went wrong, undefined when nothing did. */
export function problemOf(ending: Ending): { type: string; message: string } | undefined {
  if (ending.kind === "unstartable") return { type: "CommandNotStarted", message: ending.message };
  if (ending.kind === "signal") return { type: ending.signal, message: `the command was ended by ${ending.signal}` };
  return ending.code === 0
    ? undefined
    : { type: "CommandFailed", message: `the command ended with exit code ${ending.code}` };
}

/** Somebody stopped it: it did not go wrong by itself. */
export function isCancelled(ending: Ending): boolean {
  return ending.kind === "signal" && ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"].includes(ending.signal);
}

export function unstartable(error: NodeJS.ErrnoException, program: string): Ending {
  const isMissing = error.code === "ENOENT";
  const why = isMissing
    ? "there is no such command"
    : error.code === "EACCES"
      ? "it may not be executed (permission denied)"
      : (error.code ?? error.message);
  return { kind: "unstartable", code: isMissing ? 127 : 126, message: `cannot start "${program}": ${why}` };
}
