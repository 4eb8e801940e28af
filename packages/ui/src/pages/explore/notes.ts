/** What the server says about a query, and where in it. */
export interface Note {
  level: "error" | "warning" | "info";
  message: string;
  /** An offset into the query, when the server named a position. */
  at: number | null;
  /** The same as people read it, `line:column`. */
  place: string | null;
}

/** Prometheus puts `line:column: ` before errors, and `(line:column)` behind warnings. */
export function noteOf(level: Note["level"], text: string, query: string): Note {
  const before = /^(?:invalid parameter "query": )?(\d+):(\d+): (?:parse error: )?([\s\S]*)$/.exec(text);
  if (before !== null) return { level, message: before[3] ?? text, ...placed(query, before[1], before[2]) };
  const behind = /^(?:PromQL (?:warning|info): )?([\s\S]*?) \((\d+):(\d+)\)$/.exec(text);
  if (behind !== null) return { level, message: behind[1] ?? text, ...placed(query, behind[2], behind[3]) };
  return { level, message: text.replace(/^PromQL (?:warning|info): /, ""), at: null, place: null };
}

function placed(query: string, line = "1", column = "1"): Pick<Note, "at" | "place"> {
  const lines = query.split("\n");
  const before = lines.slice(0, Number(line) - 1).reduce((sum, text) => sum + text.length + 1, 0);
  return { at: Math.min(before + Number(column) - 1, query.length), place: `${line}:${column}` };
}
