/** What queries are asked for: the moments from start to end, a step apart. */
export interface Evaluated {
  startMs: number;
  endMs: number;
  stepMs: number;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const stepsMs = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * hourMs),
];

/** The round step that gives a chart at most so many points. */
export function stepFor(widthMs: number, points: number): number {
  return stepsMs.find((step) => widthMs / step <= points) ?? Math.ceil(widthMs / points / hourMs) * hourMs;
}
