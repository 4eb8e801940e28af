import { frameLabel, type Stack } from "./call-tree.ts";

/** One event's text, below the 16,384 characters at which texts end. */
const partCharsMax = 16_000;
/** Parts of one profile: with the functions they leave room among the 128 events of a span. */
const partsMax = 8;
/** What stands for the stacks that there was no room for. */
const otherStacks = "(other)";

/**
 * Folded stacks, the form that flame graph tools read: a line for each stack, its frames from the outside joined by `;`, a
 * space, and its own microseconds. Cut into texts at line ends. Where they would be too many, the smallest stacks become one
 * line, so that the sum stays right.
 */
export function foldedStacks(stacks: readonly Stack[], limits = { partCharsMax, partsMax }): string[] {
  const bySize = [...merged(stacks)].toSorted(([, a], [, b]) => b - a);
  const parts: string[] = [];
  let part = "";
  let otherUs = 0;
  for (const [stack, selfUs] of bySize) {
    const line = `${stack} ${Math.round(selfUs)}\n`;
    const isLast = parts.length === limits.partsMax - 1;
    // The last part keeps room for the line of the others.
    const roomChars = limits.partCharsMax - (isLast ? otherStacks.length + 18 : 0);
    if (part.length + line.length <= roomChars) part += line;
    else if (isLast || line.length > roomChars) otherUs += selfUs;
    else {
      parts.push(part);
      part = line;
    }
  }
  if (otherUs > 0) part += `${otherStacks} ${Math.round(otherUs)}\n`;
  return part === "" ? parts : [...parts, part];
}

function merged(stacks: readonly Stack[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { frames, selfUs } of stacks) {
    const key = frames.map((frame) => frameLabel(frame).replaceAll(/[;\n]/g, ",")).join(";");
    times.set(key, (times.get(key) ?? 0) + selfUs);
  }
  return times;
}
