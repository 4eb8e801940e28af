/** Whose code a frame is. */
export type FrameKind = "own" | "package" | "runtime" | "idle";

export interface FlameFrame {
  label: string;
  kind: FrameKind;
  depth: number;
  /** -1 for the outermost. */
  parent: number;
  /** From the left edge, in microseconds. */
  startUs: number;
  /** In it and in what it called. */
  totalUs: number;
  selfUs: number;
}

export interface Flame {
  totalUs: number;
  /** Depth first, the callees of each by time, the longest first. */
  frames: FlameFrame[];
}

interface Branch {
  selfUs: number;
  totalUs: number;
  callees: Map<string, Branch>;
}

/** Frames beyond this are left out: V8 has no deeper stacks worth a look, and a sender may write anything. */
const depthMax = 512;

/** Builds the graph from folded stacks: `outer;inner 120` a line. What is no such line is left out. */
export function flameOf(folded: string): Flame {
  const root = branch();
  for (const line of folded.split("\n")) {
    const [, stack, time] = /^(.+) (\d+(?:\.\d+)?)$/.exec(line) ?? [];
    if (stack !== undefined) add(root, stack.split(";").slice(0, depthMax), Number(time));
  }
  return { totalUs: root.totalUs, frames: framesOf(root) };
}

const branch = (): Branch => ({ selfUs: 0, totalUs: 0, callees: new Map() });

function add(root: Branch, labels: readonly string[], us: number): void {
  root.totalUs += us;
  let at = root;
  for (const label of labels) {
    const next = at.callees.get(label) ?? branch();
    at.callees.set(label, next);
    next.totalUs += us;
    at = next;
  }
  at.selfUs += us;
}

function framesOf(root: Branch): FlameFrame[] {
  const frames: FlameFrame[] = [];
  const visit = (of: Branch, parent: number, depth: number, fromUs: number) => {
    let startUs = fromUs;
    for (const [label, { selfUs, totalUs, callees }] of [...of.callees].toSorted(byTime)) {
      const index = frames.push({ label, kind: kindOf(label), depth, parent, startUs, totalUs, selfUs }) - 1;
      visit({ selfUs, totalUs, callees }, index, depth + 1, startUs);
      startUs += totalUs;
    }
  };
  visit(root, -1, 0, 0);
  return frames;
}

/** Waiting last: it is what nothing was done in. */
function byTime([a, one]: [string, Branch], [b, other]: [string, Branch]): number {
  const isIdle = Number(kindOf(a) === "idle") - Number(kindOf(b) === "idle");
  return isIdle === 0 ? other.totalUs - one.totalUs : isIdle;
}

/** By the file in `name (file:line)`, as the SDK writes it. */
function kindOf(label: string): FrameKind {
  if (label === "(idle)") return "idle";
  const file = / \(([^()]+):\d+\)$/.exec(label)?.[1];
  if (file === undefined || file.startsWith("node:")) return "runtime";
  return file.startsWith("node_modules/") ? "package" : "own";
}

/** The name alone, for where there is little room. */
export function nameOf(label: string): string {
  return label.replace(/ \([^()]+:\d+\)$/, "");
}

/** A frame as it is drawn: shares of the width, from 0 to 1. */
export interface FlameBox {
  index: number;
  left: number;
  width: number;
}

/**
 * What is drawn when `zoomed` (-1: nothing) fills the width: it, what called it, and what it called, as far as that can be
 * seen.
 */
export function boxesOf({ frames, totalUs }: Flame, zoomed: number, widthMin: number): FlameBox[] {
  const focus = frames[zoomed];
  const fromUs = focus?.startUs ?? 0;
  const spanUs = focus?.totalUs ?? totalUs;
  const boxes: FlameBox[] = [];
  for (const [index, frame] of frames.entries()) {
    const startUs = Math.max(frame.startUs, fromUs);
    const endUs = Math.min(frame.startUs + frame.totalUs, fromUs + spanUs);
    const width = spanUs === 0 ? 0 : (endUs - startUs) / spanUs;
    if (width >= widthMin) boxes.push({ index, left: (startUs - fromUs) / spanUs, width });
  }
  return boxes;
}

export type Step = "caller" | "callee" | "before" | "after";

/** Where the arrow keys lead from a frame, among those that are drawn; the same frame where there is nothing. */
export function stepFrom({ frames }: Flame, boxes: readonly FlameBox[], from: number, step: Step): number {
  const here = frames[from];
  if (here === undefined) return boxes[0]?.index ?? -1;
  if (step === "caller") return here.parent === -1 ? from : here.parent;
  const found = boxes.filter(({ index }) => {
    const frame = frames[index];
    if (step === "callee") return frame?.parent === from;
    return frame?.depth === here.depth && (step === "after" ? index > from : index < from);
  });
  return (step === "before" ? found.at(-1) : found[0])?.index ?? from;
}
