import { setTimeout as sleep } from "node:timers/promises";
import { pipeline, type Stage } from "@sightglass/sdk";
import { check } from "@sightglass/sdk/checks";
import { counter } from "@sightglass/sdk/metrics";
import { nextDay } from "../calendar.ts";
import { earliestDelayMinutes, flightsExpected } from "../expectations.ts";
import type { Fault } from "../faults.ts";
import { logOf } from "../log.ts";
import { type SourceFlight, sources } from "../sources.ts";
import type { Warehouse } from "../warehouse.ts";

interface Airport {
  iata: string;
  state: string;
  latitude: number;
  longitude: number;
}

interface LoadedFlight {
  flight_day: string;
  departed_at: string;
  origin: string;
  origin_state: string;
  destination: string;
  destination_state: string;
  distance_miles: number;
  distance_check_miles: number;
  delay_minutes: number;
}

const log = logOf("flights");

/** Positioning flights of a few miles are not passenger flights. */
const shortestDistanceMiles = 40;

/** As the authority that publishes the data counts it. */
const lateMinutes = 15;
const loaded = counter("flights_loaded_total", { labels: { delayed: ["yes", "no"] } });

export interface FlightsRun {
  day: string;
  faults: ReadonlySet<Fault>;
  slowSourceMs: number;
}

/** One flight day: extract, validate, transform (join airports), load. */
export function runFlights(warehouse: Warehouse, { day, faults, slowSourceMs }: FlightsRun): Promise<number> {
  return pipeline("flights", { partition: day, backfill: false }, async (run) => {
    const extracted = await run.stage(
      "extract",
      { source: { system: "parquet", table: "flights-3m" } },
      async (stage) => {
        if (faults.has("slow-source")) await sleep(slowSourceMs);
        const rows = faults.has("missing-partition") ? [] : await extractFlights(warehouse, day);
        stage.read(rows.length);
        if (rows.length === 0) throw new Error(`no flights for ${day}: the partition is missing in flights-3m`);
        stage.written(rows.length);
        log.info(`read ${rows.length} flights of ${day} from flights-3m.parquet`);
        return rows;
      },
    );

    const valid = await run.stage("validate", async (stage) => {
      await check(extracted, { table: "flights", partition: day, ...flightsExpected });
      stage.read(extracted.length);
      const seen = new Set<string>();
      const rows = extracted.filter((flight) => {
        const key = JSON.stringify(flight);
        if (seen.has(key)) return (stage.deduplicated(1), false);
        seen.add(key);
        if (flight.delay < earliestDelayMinutes) return (stage.failed(1, "departed implausibly early"), false);
        if (flight.distance < shortestDistanceMiles) return (stage.filtered(1), false);
        return true;
      });
      stage.written(rows.length);
      const left = extracted.length - rows.length;
      if (left > 0) log.warn(`${left} of ${extracted.length} flights are left out: see the counts of this stage`);
      return rows;
    });

    const isStale = faults.has("stale-airports");
    const joined = await run.stage("transform", (stage) =>
      transformFlights(stage, { day, flights: valid, warehouse, isStale }),
    );

    await run.stage("load", { sink: { system: "clickhouse", table: "flights" }, retries: 2 }, async (stage) => {
      stage.read(joined.length);
      if (faults.has("broken-warehouse") || (faults.has("busy-warehouse") && stage.attempt === 1)) {
        log.warn(`attempt ${stage.attempt}: the warehouse refused ${joined.length} rows`);
        throw new Error("warehouse refused the write: too many parts in table flights");
      }
      await warehouse.execute("ALTER TABLE flights DELETE WHERE flight_day = {day:Date}", { day });
      await warehouse.insert("flights", joined);
      stage.written(joined.length);
      for (const { delay_minutes: delay } of joined) loaded.add(1, { delayed: delay > lateMinutes ? "yes" : "no" });
      log.info(`wrote ${joined.length} rows into flights, in place of what was there of ${day}`);
    });
    return joined.length;
  });
}

export interface Transformation {
  day: string;
  flights: SourceFlight[];
  warehouse: Warehouse;
  /** Airports as they were before Hawaii and Alaska were added. */
  isStale: boolean;
}

/** The work of the stage, which benchmarks/sdk also measures without one. */
export async function transformFlights(
  counts: Pick<Stage, "read" | "written">,
  { day, flights, warehouse, isStale }: Transformation,
): Promise<LoadedFlight[]> {
  counts.read(flights.length);
  const airports = await loadAirports(warehouse, isStale);
  log.info(`joining with ${airports.size} airports`);
  const rows = joinAirports(day, flights, airports);
  counts.written(rows.length);
  return rows;
}

export function extractFlights(warehouse: Warehouse, day: string): Promise<SourceFlight[]> {
  return warehouse.query<SourceFlight>(
    `SELECT formatDateTime(date, '%F %T') AS departed_at, origin, destination, distance, delay
     FROM ${sources.flights} WHERE date >= toDateTime({day:String}) AND date < toDateTime({next:String})`,
    { day: `${day} 00:00:00`, next: `${nextDay(day)} 00:00:00` },
  );
}

async function loadAirports(warehouse: Warehouse, stale: boolean): Promise<Map<string, Airport>> {
  const rows = await warehouse.query<Airport>(`SELECT iata, state, latitude, longitude FROM ${sources.airports}`);
  const known = stale ? rows.filter(({ state }) => state !== "HI" && state !== "AK") : rows;
  return new Map(known.map((airport) => [airport.iata, airport]));
}

/** An inner join, as many warehouses have it: a flight whose airport is unknown is gone without a word. */
function joinAirports(day: string, flights: SourceFlight[], airports: Map<string, Airport>): LoadedFlight[] {
  const rows: LoadedFlight[] = [];
  for (const flight of flights) {
    const origin = airports.get(flight.origin);
    const destination = airports.get(flight.destination);
    if (!origin || !destination) continue;
    rows.push({
      flight_day: day,
      departed_at: flight.departed_at,
      origin: flight.origin,
      origin_state: origin.state,
      destination: flight.destination,
      destination_state: destination.state,
      distance_miles: flight.distance,
      distance_check_miles: greatCircleMiles(origin, destination),
      delay_minutes: flight.delay,
    });
  }
  return rows;
}

function greatCircleMiles(from: Airport, to: Airport): number {
  const radians = Math.PI / 180;
  const earthRadiusMiles = 3958.8;
  const latitudes = Math.sin(from.latitude * radians) * Math.sin(to.latitude * radians);
  const longitudes =
    Math.cos(from.latitude * radians) *
    Math.cos(to.latitude * radians) *
    Math.cos((to.longitude - from.longitude) * radians);
  return earthRadiusMiles * Math.acos(Math.min(1, latitudes + longitudes));
}
