import type { DatasetExpectation } from "@sightglass/sdk/checks";
import type { Observation, SourceFlight, SourceMovie, Strike } from "./sources.ts";

/**
 * What the pipelines expect of their sources. All of severity `warn`: the sources are what they are, and where they fall short the
 * page should say so.
 */

/** Departures more than this early are typing errors in the source, as its own documentation warns. */
export const earliestDelayMinutes = -45;

/** Some flight days hold a few flights twice. */
export const flightsExpected: DatasetExpectation<SourceFlight> = {
  severity: "warn",
  rows: { min: 10_000 },
  unique: ["departed_at", "origin", "destination", "distance", "delay"],
  columns: {
    origin: { complete: true, pattern: /^[A-Z]{3}$/ },
    destination: { complete: true, pattern: /^[A-Z]{3}$/ },
    delay: { complete: true, min: earliestDelayMinutes, valid: 0.999, distribution: { p50: { max: 5 } } },
    distance: { complete: true, min: 40, valid: 0.99 },
  },
  rules: { "lands elsewhere": ({ origin, destination }) => origin !== destination },
};

/** Titles that are numbers, and columns that are mostly empty. */
export const moviesExpected: DatasetExpectation<SourceMovie> = {
  severity: "warn",
  rows: { min: 3000 },
  unique: ["Title", "Release Date"],
  columns: {
    Title: { complete: true },
    Director: { complete: 0.5 },
    "Major Genre": { complete: 0.95 },
    "MPAA Rating": { complete: 0.8, oneOf: ["G", "PG", "PG-13", "R", "NC-17", "Not Rated", "Open"] },
    "IMDB Rating": { complete: 0.9, min: 1, max: 10, distribution: { mean: { min: 5, max: 8 } } },
    "Running Time min": { complete: 0.9, min: 40, max: 300 },
    "Worldwide Gross": { complete: 0.99, min: 0 },
  },
  rules: { "title is a text": ({ Title }) => typeof Title === "string" },
};

export const weatherExpected: DatasetExpectation<Observation> = {
  severity: "warn",
  columns: {
    rain_mm: { complete: true, min: 0 },
    kind: { oneOf: ["sun", "rain", "drizzle", "fog", "snow"] },
  },
  rules: { "high is not below low": ({ high_celsius: high, low_celsius: low }) => high >= low },
};

export const strikesExpected: DatasetExpectation<Strike> = {
  severity: "warn",
  rows: { min: 100 },
  columns: { species: { complete: true }, phase: { complete: 0.9 }, cost_dollars: { min: 0 } },
};
