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
