import { readdirSync, readFileSync } from "node:fs";
import type { Patience } from "../execution.ts";
import type { Fact } from "../fact.ts";
import { fold } from "../fold.ts";
import type { FoldedRun } from "../run.ts";
import { epochMs, hexId, type ShortFact } from "./facts.ts";

/** Facts as their source sends them, and the runs they make (testdata/README.md). */
export interface Fixture {
  description: string;
  /** Seconds; long after everything by default. */
  now?: number;
  bridges?: [trace: string, span: string, parent: string][];
  facts: ShortFact[];
  runs: Record<string, unknown>[];
}

export const patience: Patience = { heartbeatMs: 90_000, silenceMs: 6 * 3_600_000, settleMs: 30_000 };

const folder = new URL("../testdata/", import.meta.url);

export const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Fixture] as const);

export function foldFixture({ now, bridges = [] }: Fixture, facts: readonly Fact[]): FoldedRun[] {
  return fold({
    facts,
    bridges: new Map(
      bridges.map(([trace, span, parent]) => [
        `${hexId(trace, 32)}/${hexId(span, 16)}`,
        parent === "" ? "" : hexId(parent, 16),
      ]),
    ),
    nowMs: epochMs + (now ?? 86_400) * 1000,
    patience,
  });
}
