import type { QualityCheck, RunQuality, StageDetail } from "sightglass/contract";
import type { Random } from "./random.ts";

/** What a validating stage found out about its rows; nothing where there is no such stage. */
export function qualityOf(stages: readonly StageDetail[], partition: string | null, random: Random): RunQuality {
  const stage = stages.find(({ name }) => /valid|clean|check/.test(name));
  const rows = stage?.recordsRead ?? null;
  if (stage === undefined || rows === null || rows === 0) return { checks: [], columns: [] };
  const at = { stage: stage.name, table: stage.source?.table ?? "orders", partition };
  const present = 1 - random.between(0, 0.09);
  const check = (kind: string, subject: string, value: number, expected: string, isMet: boolean): QualityCheck => {
    const status = isMet ? "passed" : kind === "uniqueness" ? "failed" : "warned";
    return { ...at, kind, subject, value, expected, status, invalidColumns: [] };
  };
  const checks = [
    check("row_count", at.table, rows, "at least 100 rows", rows >= 100),
    check("completeness", "email", present, "at least 95 % present", present >= 0.95),
    check("validity", "amount", 0.998, "at least 99 % valid", true),
    check("uniqueness", "id", 1, "no two rows alike", true),
    check("freshness", "updated_at", random.between(60, 7200), "the newest updated_at at most 7200 s old", true),
    check("distribution", "amount mean", 41.7, "20 to 80", true),
  ];
  const order = { failed: 0, warned: 1, passed: 2 };
  return {
    checks: checks.toSorted((a, b) => order[a.status] - order[b.status]),
    columns: [
      column("email", { missing: Math.round(rows * (1 - present)), distinct: Math.round(rows * 0.8) }),
      column("amount", {
        distinct: 812,
        min: 0,
        p05: 2.5,
        p50: 31,
        p95: 120,
        max: 990,
        mean: 41.7,
        standardDeviation: 38,
      }),
    ],
  };

  function column(name: string, known: Partial<RunQuality["columns"][number]>): RunQuality["columns"][number] {
    const unknown = { min: null, max: null, mean: null, standardDeviation: null, p05: null, p50: null, p95: null };
    return {
      stage: at.stage,
      table: at.table,
      column: name,
      rows,
      missing: 0,
      distinct: null,
      ...unknown,
      top: [],
      ...known,
    };
  }
}
