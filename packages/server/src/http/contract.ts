/**
 * What the page and API clients receive on port 4319: types only, so that the page can import them without the server.
 *
 * Times are ISO 8601 in UTC, ids are strings, counts are numbers, and `null` means "unknown" (never 0).
 * Durations are in the unit their name ends with. Lists are newest first, and `next` is the cursor of the following page
 * (pass it back as `cursor`), or null at the end.
 */
export type * from "./contract/live.ts";
export type * from "./contract/logs.ts";
export type * from "./contract/pipelines.ts";
export type * from "./contract/problem.ts";
export type * from "./contract/quality.ts";
export type * from "./contract/runs.ts";
export type * from "./contract/status.ts";
export type * from "./contract/traces.ts";
export type * from "./contract/values.ts";
