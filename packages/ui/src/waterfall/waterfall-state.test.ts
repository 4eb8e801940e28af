import { describe, expect, it } from "vitest";
import { SpanTable } from "./span-table.ts";
import { buildSpanTree } from "./span-tree.ts";
import { sketchSpans } from "./testing/trace-builder.ts";
import { visibleRows } from "./visible-rows.ts";
import { commandOf } from "./waterfall-keys.ts";
import { afterCommand, initialWaterfall, type WaterfallState, withRange } from "./waterfall-state.ts";

const tree = buildSpanTree(
  new SpanTable(
    sketchSpans([
      { id: "run", ms: [0, 100] },
      { id: "extract", parent: "run", ms: [0, 40] },
      { id: "read", parent: "extract", ms: [10, 30], status: "error" },
      { id: "load", parent: "run", ms: [40, 100] },
    ]),
  ),
);

/** `cursor | collapsed` after the keys, one state after the other. */
function press(keys: string, from: Partial<WaterfallState> = {}): string {
  let state: WaterfallState = { ...initialWaterfall, ...from };
  const matches = Uint8Array.from([0, 1, 0, 1]);
  for (const key of keys.split(" ")) {
    const command = commandOf({ key, ctrlKey: false, metaKey: false, altKey: false });
    if (command === null) throw new Error(`no command for ${key}`);
    state = afterCommand(state, command, { tree, rows: visibleRows(tree, state.collapsed), matches });
  }
  const range = state.range === null ? "" : ` | ${state.range.startNs / 1e6}-${state.range.endNs / 1e6}`;
  return `${state.cursorId} | ${[...state.collapsed].join(" ")}${range}`;
}

describe("afterCommand", () => {
  it.each([
    { keys: "j", after: "run | " },
    { keys: "ArrowUp", after: "load | " },
    { keys: "j j k k k", after: "run | " },
    { keys: "End", after: "load | " },
    { keys: "PageDown Home", after: "run | " },
    { keys: "j ArrowRight", after: "extract | " },
    { keys: "j ArrowLeft", after: "run | run" },
    { keys: "j ArrowLeft ArrowRight ArrowRight", after: "extract | " },
    { keys: "End ArrowLeft ArrowLeft", after: "run | run" },
    { keys: "[ j j j", after: "load | extract" },
    { keys: "[ ]", after: " | " },
    { keys: "[ e", after: "read | " },
    { keys: "n n n", after: "extract | " },
    { keys: "N", after: "load | " },
    { keys: "j j z", after: "extract |  | 0-42" },
    { keys: "w", after: " |  | 25-75" },
    { keys: "w d", after: " |  | 37.5-87.5" },
    { keys: "w s", after: " | " },
    { keys: "w a a a 0", after: " | " },
    { keys: "c / Enter Escape b", after: " | " },
  ])("after $keys: $after", ({ keys, after }) => {
    expect(press(keys)).toBe(after);
  });

  it("moves from the collapsed ancestor when its span is hidden", () => {
    expect(press("j", { cursorId: "read", collapsed: new Set(["extract"]) })).toBe("load | extract");
  });

  it("leaves keys with modifiers to the browser", () => {
    expect(commandOf({ key: "n", ctrlKey: true, metaKey: false, altKey: false })).toBeNull();
  });
});

describe("withRange", () => {
  it("is null for the whole, so that a growing trace stays in view", () => {
    expect(withRange(initialWaterfall, tree, { startNs: -5e6, endNs: 200e6 }).range).toBeNull();
    expect(withRange(initialWaterfall, tree, { startNs: 5e6, endNs: 20e6 }).range).toEqual({
      startNs: 5e6,
      endNs: 20e6,
    });
  });
});
