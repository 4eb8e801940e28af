/**
 * The faults that the demo declares, so that the page has something true to show. Everything else that goes wrong in it
 * goes wrong because of the data. Each happens once every `every` flight days, first on day `from`.
 */
const schedule = [
  { fault: "missing-partition", every: 29, from: 9, says: "the day's partition is not in the source: extract fails" },
  { fault: "slow-source", every: 11, from: 6, says: "the source answers slowly: extract waits" },
  { fault: "busy-warehouse", every: 13, from: 4, says: "the first write is refused: load is tried again" },
  {
    fault: "stale-airports",
    every: 17,
    from: 12,
    says: "airports come from an old file without Hawaii and Alaska: an inner join drops their rows silently",
  },
  { fault: "broken-warehouse", every: 31, from: 18, says: "every write is refused: load fails after its retries" },
] as const;

export type Fault = (typeof schedule)[number]["fault"];

/** The faults of one flight day (by its number, from 0). */
export function faultsOf(dayNumber: number): ReadonlySet<Fault> {
  return new Set(schedule.filter(({ every, from }) => dayNumber % every === from).map(({ fault }) => fault));
}
