import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Files of the npm package vega-datasets. */
const folder = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "..", "data");
const file = (name: string) => `file('${join(folder, name).replaceAll("'", "''")}')`;

/** Each as a table function of the engine: it reads Parquet, CSV and JSON in place. */
export const sources = {
  /** 3,000,000 US flights of the first half of 2001. */
  flights: file("flights-3m.parquet"),
  airports: file("airports.csv"),
  birdStrikes: file("birdstrikes.csv"),
  weather: file("weather.csv"),
};

/** Read as text by the movies pipeline: its values have the wrong types in places, and that is the point. */
export const moviesPath = join(folder, "movies.json");

export interface SourceFlight {
  departed_at: string;
  origin: string;
  destination: string;
  distance: number;
  delay: number;
}

export interface Strike {
  month: string;
  struck_on: string;
  airport: string;
  species: string;
  phase: string;
  damage: string;
  cost_dollars: number;
}

export interface Observation {
  day: string;
  location: string;
  rain_mm: number;
  high_celsius: number;
  low_celsius: number;
  kind: string;
}

/** As the file has it: each value may be of any of these types. */
export type SourceMovie = Record<string, string | number | null>;
