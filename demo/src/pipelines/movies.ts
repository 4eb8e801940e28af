import { readFile } from "node:fs/promises";
import { pipeline } from "@sightglass/sdk";
import { check } from "@sightglass/sdk/checks";
import { moviesExpected } from "../expectations.ts";
import { logOf } from "../log.ts";
import { moviesPath, type SourceMovie } from "../sources.ts";
import type { Warehouse } from "../warehouse.ts";

interface Movie {
  title: string;
  released_on: string;
  rating: number | null;
  genre: string;
  gross_dollars: number;
}

const log = logOf("movies");

/** The data set was made in 2010; a later release is a two-digit year read into the wrong century. */
const latestRelease = "2011-01-01";

/** movies.json is dirty on its own: titles that are numbers, dates of the wrong century, missing values, duplicates. */
export function runMovies(warehouse: Warehouse, partition: string): Promise<void> {
  return pipeline("movies", { partition, backfill: false }, async (run) => {
    const source = await run.stage("extract", { source: { system: "json", table: "movies" } }, async (stage) => {
      const text = await readFile(moviesPath, "utf8");
      const rows = JSON.parse(text) as SourceMovie[];
      stage.bytes(Buffer.byteLength(text));
      stage.read(rows.length);
      stage.written(rows.length);
      await check(rows, { table: "movies", ...moviesExpected });
      return rows;
    });

    const movies = await run.stage("clean", (stage) => {
      stage.read(source.length);
      const seen = new Set<string>();
      const kept: Movie[] = [];
      for (const row of source) {
        const fault = faultOf(row);
        if (fault !== undefined) {
          stage.failed(1, fault, { record: row });
          continue;
        }
        if (row["Major Genre"] === null) {
          stage.filtered(1);
          continue;
        }
        const movie = toMovie(row);
        const key = `${movie.title}\n${movie.released_on}`;
        if (seen.has(key)) {
          stage.deduplicated(1);
          continue;
        }
        seen.add(key);
        kept.push(movie);
      }
      stage.written(kept.length);
      log.warn(`kept ${kept.length} of ${source.length} movies`);
      return kept;
    });

    await run.stage("load", { sink: { system: "clickhouse", table: "movies" } }, async (stage) => {
      stage.read(movies.length);
      await warehouse.insert("movies", movies);
      stage.written(movies.length);
    });
  });
}

function faultOf(row: SourceMovie): string | undefined {
  if (row.Title === null) return "title is missing";
  if (typeof row.Title === "number") return "title is a number, not a text";
  if (row["US Gross"] === null || row["Worldwide Gross"] === null) return "gross is missing";
  const released = releasedOn(row);
  if (released === undefined) return "release date cannot be read";
  if (released >= latestRelease) return "release date lies in the future";
  return undefined;
}

function releasedOn(row: SourceMovie): string | undefined {
  const time = Date.parse(`${String(row["Release Date"])} UTC`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}

function toMovie(row: SourceMovie): Movie {
  return {
    title: String(row.Title),
    released_on: releasedOn(row) ?? "",
    rating: row["IMDB Rating"] === null ? null : Number(row["IMDB Rating"]),
    genre: String(row["Major Genre"]),
    gross_dollars: Number(row["Worldwide Gross"]),
  };
}
