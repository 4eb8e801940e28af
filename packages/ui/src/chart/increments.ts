const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const decimal = (fromPower: number, toPower: number): number[] =>
  Array.from({ length: toPower - fromPower + 1 }, (_, index) =>
    [1, 2, 5].map((step) => Number(`${step}e${fromPower + index}`)),
  ).flat();

/** Distances between ticks of a duration axis, in milliseconds: decimal below a second, then as clocks count. */
export const durationIncrements: readonly number[] = [
  ...decimal(-6, 2),
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((hours) => hours * hourMs),
];

/** The same in seconds. */
export const secondIncrements: readonly number[] = durationIncrements.map((ms) => ms / secondMs);

/** Of an axis that counts whole things. */
export const countIncrements: readonly number[] = decimal(0, 14);
