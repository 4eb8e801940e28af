import type { Diagnostic } from "@codemirror/lint";
import { parse, PromqlError } from "@sightglass/promql";
import type { Note } from "./notes.ts";

/** What is wrong with a query, before it is sent: the very checks of the server. */
export function checkQuery(query: string): Diagnostic[] {
  if (query.trim() === "") return [];
  try {
    parse(query);
    return [];
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const { span } = error;
    const problems =
      error.problems.length > 0 ? error.problems : span === undefined ? [] : [{ message: error.message, span }];
    return problems.map(({ message, span: { start, end } }) => ({
      ...visible(query, start, end),
      severity: "error" as const,
      message,
    }));
  }
}

/** The server's notes, marked where they point. */
export function diagnosticsOf(query: string, notes: readonly Note[]): Diagnostic[] {
  return notes.flatMap(({ level, message, at }) =>
    at === null ? [] : [{ ...visible(query, at, wordEnd(query, at)), severity: level, message }],
  );
}

function wordEnd(query: string, at: number): number {
  return at + (/^[\w:.]+/.exec(query.slice(at))?.[0].length ?? 1);
}

/** At least one character wide, and within the text. */
function visible(query: string, start: number, end: number): { from: number; to: number } {
  const to = Math.min(Math.max(end, start + 1), query.length);
  return { from: Math.max(0, Math.min(start, to - 1)), to };
}
