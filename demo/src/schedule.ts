import { dayCount, flightDay } from "./calendar.ts";
import { faultsOf } from "./faults.ts";
import { runAirportDelays } from "./pipelines/airport-delays.ts";
import { runBirdStrikes } from "./pipelines/bird-strikes.ts";
import { runFlights } from "./pipelines/flights.ts";
import { runMovies } from "./pipelines/movies.ts";
import { runWeather } from "./pipelines/weather.ts";
import type { Warehouse } from "./warehouse.ts";

const movieEveryDays = 3;
const birdStrikesEveryDays = 4;

/**
 * Everything that runs for one flight day. A pipeline that fails has told so in its telemetry; the schedule goes on, as
 * an orchestrator would.
 * @param dayNumber from 0, over all the time the demo has run
 */
export async function runDay(warehouse: Warehouse, dayNumber: number, slowSourceMs: number): Promise<void> {
  const day = flightDay(dayNumber);
  await settle(runFlights(warehouse, { day, faults: faultsOf(dayNumber % dayCount), slowSourceMs }));
  await settle(runAirportDelays(warehouse, day));
  await settle(runWeather(warehouse, day.slice(5)));
  if (dayNumber % movieEveryDays === 0) await settle(runMovies(warehouse, day));
  if (dayNumber % birdStrikesEveryDays === 0)
    await settle(runBirdStrikes(warehouse, 1 + ((dayNumber / birdStrikesEveryDays) % 12)));
}

/**
 * How many days run quickly before the steady pace. After a restart, what is there of the first weeks already counts.
 * @param first the day to go on with, from 0
 */
export function quickDaysFrom(first: number, options: { once: boolean; quickDays: number }): number {
  return options.once ? options.quickDays : Math.max(0, options.quickDays - first);
}

async function settle(run: Promise<unknown>): Promise<void> {
  await run.catch(() => undefined);
}

export async function position(warehouse: Warehouse): Promise<number> {
  const [row] = await warehouse.query<{ position: number }>(
    "SELECT position FROM progress FINAL WHERE pipeline = 'flights'",
  );
  return row?.position ?? 0;
}

export async function advance(warehouse: Warehouse, to: number): Promise<void> {
  await warehouse.execute("INSERT INTO progress SELECT 'flights', {to:UInt32}, now()", { to });
}
