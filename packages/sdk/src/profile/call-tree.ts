/** The parts of V8's `Profiler.Profile` (Chrome DevTools protocol) that are read here. Times are microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[] | undefined;
  }[];
  readonly startTime: number;
  readonly endTime: number;
  /** The node that ran, at each sample. */
  readonly samples?: readonly number[] | undefined;
  /** Between a sample and the one before it. */
  readonly timeDeltas?: readonly number[] | undefined;
}

/** Where code stands: `file` as short as it can be and still be found, `line` from 1. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface FunctionTime extends Frame {
  /** In the function itself. */
  readonly selfUs: number;
  /** In it and in what it called; recursion counts once. */
  readonly totalUs: number;
}

export interface Stack {
  /** The outermost first. */
  readonly frames: readonly Frame[];
  readonly selfUs: number;
}

export interface CallTimes {
  readonly durationUs: number;
  readonly sampleCount: number;
  /** While the thread had nothing to do. */
  readonly idleUs: number;
  /** The most expensive by self time first. */
  readonly functions: readonly FunctionTime[];
  readonly stacks: readonly Stack[];
}

/** V8's names for what is no function. */
const root = "(root)";
const idle = "(idle)";

/** What a profile says, by function and by stack. `folder` is taken off the paths of files below it. */
export function callTimes(profile: CpuProfile, folder: string): CallTimes {
  const selfUs = selfTimes(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const functions = new Map<string, FunctionTime>();
  const stacks: Stack[] = [];
  let idleUs = 0;
  // With a list of its own: V8 keeps stacks deeper than ours may be.
  const open: { id: number; frames: readonly Frame[] }[] = [{ id: profile.nodes[0]?.id ?? 0, frames: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = nodes.get(next.id);
    if (node === undefined) continue;
    const { functionName, url, lineNumber } = node.callFrame;
    const isRoot = functionName === root;
    const frame = { name: functionName || "(anonymous)", file: shortPath(url, folder), line: lineNumber + 1 };
    const frames = isRoot ? next.frames : [...next.frames, frame];
    for (const id of node.children ?? []) open.push({ id, frames });
    const own = selfUs.get(next.id) ?? 0;
    if (own === 0 || isRoot) continue;
    if (functionName === idle) idleUs += own;
    else addTo(functions, frames, own);
    stacks.push({ frames, selfUs: own });
  }
  return {
    durationUs: profile.endTime - profile.startTime,
    sampleCount: profile.samples?.length ?? 0,
    idleUs,
    functions: [...functions.values()].toSorted((a, b) => b.selfUs - a.selfUs),
    stacks,
  };
}

/** How a frame is written in a folded stack. */
export function frameLabel({ name, file, line }: Frame): string {
  return file === "" ? name : `${name} (${file}:${line})`;
}

/** A sample stands for the time until the next one. */
function selfTimes({ samples = [], timeDeltas = [], startTime, endTime }: CpuProfile): Map<number, number> {
  const self = new Map<number, number>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const until = timeDeltas[index + 1] ?? endTime - at;
    if (until > 0) self.set(id, (self.get(id) ?? 0) + until);
  }
  return self;
}

function addTo(functions: Map<string, FunctionTime>, frames: readonly Frame[], selfUs: number): void {
  const seen = new Set<string>();
  for (const [depth, frame] of frames.entries()) {
    const key = frameLabel(frame);
    const known = functions.get(key) ?? { ...frame, selfUs: 0, totalUs: 0 };
    const own = depth === frames.length - 1 ? selfUs : 0;
    functions.set(key, {
      ...known,
      selfUs: known.selfUs + own,
      totalUs: known.totalUs + (seen.has(key) ? 0 : selfUs),
    });
    seen.add(key);
  }
}

/** Without the scheme and the folder; of an installed package, from the last node_modules/ on. */
function shortPath(url: string, folder: string): string {
  const path = url.startsWith("file://") ? decodeURI(url.slice("file://".length)) : url;
  const installed = path.lastIndexOf("/node_modules/");
  if (installed >= 0) return path.slice(installed + 1);
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
