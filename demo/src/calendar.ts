/** Flight days of the data set: 2001-01-01 to 2001-06-30. */
const firstDay = Date.UTC(2001, 0, 1);
const dayMs = 86_400_000;
export const dayCount = 181;

/** The n-th flight day as `YYYY-MM-DD`; after the last day it begins anew, so that the demo can go on for ever. */
export function flightDay(index: number): string {
  return new Date(firstDay + (index % dayCount) * dayMs).toISOString().slice(0, 10);
}

export function nextDay(day: string): string {
  return new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
}
