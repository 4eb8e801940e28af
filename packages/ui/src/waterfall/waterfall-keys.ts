/** What a key asks of the waterfall. */
export type WaterfallCommand =
  | { type: "move"; rows: number }
  | { type: "first" }
  | { type: "last" }
  | { type: "in" }
  | { type: "out" }
  | { type: "open" }
  | { type: "close" }
  | { type: "find" }
  | { type: "match"; step: 1 | -1 }
  | { type: "error"; step: 1 | -1 }
  | { type: "critical" }
  | { type: "colour" }
  | { type: "zoom-span" }
  | { type: "zoom"; factor: number }
  | { type: "pan"; by: number }
  | { type: "zoom-whole" }
  | { type: "expand-all" }
  | { type: "collapse-all" };

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const pageRows = 20;

const commands: Record<string, WaterfallCommand> = {
  ArrowDown: { type: "move", rows: 1 },
  j: { type: "move", rows: 1 },
  ArrowUp: { type: "move", rows: -1 },
  k: { type: "move", rows: -1 },
  PageDown: { type: "move", rows: pageRows },
  PageUp: { type: "move", rows: -pageRows },
  Home: { type: "first" },
  End: { type: "last" },
  ArrowRight: { type: "in" },
  ArrowLeft: { type: "out" },
  Enter: { type: "open" },
  Escape: { type: "close" },
  "/": { type: "find" },
  n: { type: "match", step: 1 },
  N: { type: "match", step: -1 },
  e: { type: "error", step: 1 },
  E: { type: "error", step: -1 },
  c: { type: "critical" },
  b: { type: "colour" },
  z: { type: "zoom-span" },
  "0": { type: "zoom-whole" },
  w: { type: "zoom", factor: 0.5 },
  s: { type: "zoom", factor: 2 },
  a: { type: "pan", by: -0.25 },
  d: { type: "pan", by: 0.25 },
  "]": { type: "expand-all" },
  "[": { type: "collapse-all" },
};

/** For the help sheet: what is done by which keys. */
export const waterfallKeyHelp: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ["↓ j", "↑ k"], does: "next and previous row" },
  { keys: ["→", "←"], does: "open children, or go to the first; close, or go to the parent" },
  { keys: ["Enter"], does: "show the span's details" },
  { keys: ["/", "n", "N"], does: "find; next and previous match" },
  { keys: ["e", "E"], does: "next and previous error" },
  { keys: ["c"], does: "critical path" },
  { keys: ["b"], does: "colour by service or by status" },
  { keys: ["w s", "a d"], does: "zoom in and out; move left and right" },
  { keys: ["z", "0"], does: "zoom to the span; to the whole trace" },
  { keys: ["]", "["], does: "expand and collapse everything" },
  { keys: ["Esc"], does: "close what is open" },
];

export function commandOf(press: KeyPress): WaterfallCommand | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  return commands[press.key] ?? null;
}
