/** What the server says about a query, and where in it. */
export interface Note {
  level: "error" | "warning" | "info";
  message: string;
  /** An offset into the query, when the server named a position. */
  at: number | null;
}

/** Prometheus puts `line:column: ` before errors, and `(line:column)` behind warnings. */
export function noteOf(level: Note["level"], text: string, query: string): Note {
  const before = /^(\d+):(\d+): (?:parse error: )?([\s\S]*)$/.exec(text);
  if (before !== null) return { level, message: before[3] ?? text, at: offsetOf(query, before[1], before[2]) };
  const behind = /^(?:PromQL (?:warning|info): )?([\s\S]*?) \((\d+):(\d+)\)$/.exec(text);
  if (behind !== null) return { level, message: behind[1] ?? text, at: offsetOf(query, behind[2], behind[3]) };
  return { level, message: text.replace(/^PromQL (?:warning|info): /, ""), at: null };
}

function offsetOf(query: string, line = "1", column = "1"): number {
  const lines = query.split("\n");
  const before = lines.slice(0, Number(line) - 1).reduce((sum, text) => sum + text.length + 1, 0);
  return Math.min(before + Number(column) - 1, query.length);
}
