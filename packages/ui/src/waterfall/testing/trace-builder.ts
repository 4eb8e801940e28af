import type { SpanSummary } from "sightglass/contract";

/** 2001-01-13T06:00:00Z, the day of the demo's first run. */
const originUnixNano = 979_365_600_000_000_000n;

export interface SpanSketch extends Partial<SpanSummary> {
  id: string;
  parent?: string;
  /** Milliseconds since the trace's start: [start, end]. */
  ms: [number, number];
}

export function sketchSpans(sketches: readonly SpanSketch[]): SpanSummary[] {
  return sketches.map(({ id, parent = "", ms: [startMs, endMs], ...rest }) => ({
    spanId: id,
    parentSpanId: parent,
    name: id,
    kind: "internal",
    service: "flights",
    startTimeUnixNano: String(originUnixNano + BigInt(Math.round(startMs * 1e6))),
    durationNs: Math.round((endMs - startMs) * 1e6),
    status: "unset",
    resource: 0,
    scope: 0,
    eventCount: 0,
    linkCount: 0,
    stage: null,
    ...rest,
  }));
}

/** Park and Miller's generator: the same spans for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** A tree of `count` spans, children after their parents, in which every tenth span or so has children of its own. */
export function randomSpans(count: number, seed = 7): SpanSummary[] {
  const random = seeded(seed);
  const sketches: SpanSketch[] = [{ id: "s0", ms: [0, 60_000] }];
  for (let i = 1; i < count; i += 1) {
    const parent = sketches[Math.floor((random() * i) / 10)] ?? sketches[0];
    const [from, to] = parent?.ms ?? [0, 60_000];
    const start = from + random() * (to - from) * 0.9;
    const end = start + random() * (to - start);
    sketches.push({
      id: `s${i}`,
      parent: parent?.id ?? "s0",
      ms: [start, end],
      name: `step ${i % 40}`,
      service: `service-${i % 7}`,
      status: random() < 0.01 ? "error" : "unset",
    });
  }
  return sketchSpans(sketches).sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1));
}
