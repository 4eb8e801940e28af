import type { RunOrigin } from "sightglass/contract";

/** The made-up company's pipelines: what each looks like on a good day, and how it fails. */

export interface StagePlan {
  name: string;
  /** Work on an ordinary day. */
  workMs: number;
  /** Time in a queue before it begins. */
  queueMs?: number;
  /** Shares of the rows read. */
  filtered?: number;
  deduplicated?: number;
  failed?: number;
  failReasons?: readonly [string, ...string[]];
  /** Begins when this stage ends; the one before it in the list when absent. */
  after?: string;
  /** Runs inside this stage. */
  parent?: string;
  source?: readonly [system: string, table: string];
  sink?: readonly [system: string, table: string];
}

/** How a run can differ from an ordinary one. */
export type Fault =
  | "none"
  | "refused"
  | "bad-schema"
  | "retry"
  | "slow"
  | "vanished"
  | "surplus"
  | "dirty"
  | "lost"
  | "cancelled"
  | "skipped"
  | "running";

export interface PipelinePlan {
  name: string;
  origin: RunOrigin;
  service: string;
  everyMs: number;
  /** Minutes after the schedule's tick. */
  offsetMs: number;
  rows: number;
  stages: readonly StagePlan[];
  /** Chances of faults on older runs. */
  chances: Partial<Record<Fault, number>>;
  /** The newest runs, newest first. */
  latest: readonly Fault[];
  partition: "day" | "hour" | "none";
}

const minute = 60_000;
const hour = 60 * minute;

const flights: PipelinePlan = {
  name: "flights",
  origin: "sdk",
  service: "flights-loader",
  everyMs: 6 * hour,
  offsetMs: 10 * minute,
  rows: 18_420,
  partition: "day",
  stages: [
    { name: "extract", workMs: 41_000, source: ["parquet", "flights-3m"] },
    {
      name: "validate",
      workMs: 12_400,
      failed: 0.004,
      failReasons: ["arrival before departure", "unknown airport code", "distance is negative"],
    },
    { name: "transform", workMs: 68_000, filtered: 0.018, deduplicated: 0.006 },
    { name: "load", workMs: 31_000, sink: ["postgres", "warehouse.flights"] },
  ],
  chances: { refused: 0.03, retry: 0.06, slow: 0.05 },
  latest: ["vanished", "vanished", "none", "none", "retry"],
};

const payments: PipelinePlan = {
  name: "payments-reconcile",
  origin: "otel",
  service: "payments",
  everyMs: 30 * minute,
  offsetMs: 4 * minute,
  rows: 6_210,
  partition: "hour",
  stages: [
    { name: "extract-ledger", workMs: 9_000, source: ["postgres", "ledger.entries"] },
    { name: "extract-bank", workMs: 14_000, after: "", source: ["sftp", "bank/mt940"] },
    { name: "match", workMs: 22_000, after: "extract-bank", filtered: 0.11 },
    { name: "post", workMs: 8_000, sink: ["postgres", "ledger.matches"] },
  ],
  chances: { refused: 0.012, retry: 0.04, slow: 0.02 },
  latest: ["refused", "refused", "none", "retry"],
};

const orders: PipelinePlan = {
  name: "orders_hourly",
  origin: "airflow",
  service: "airflow",
  everyMs: hour,
  offsetMs: 5 * minute,
  rows: 184_300,
  partition: "hour",
  stages: [
    { name: "wait_for_export", workMs: 48_000, queueMs: 6_000 },
    { name: "stage_orders", workMs: 95_000, queueMs: 21_000, source: ["s3", "exports/orders"] },
    { name: "dedupe_orders", workMs: 64_000, queueMs: 14_000, deduplicated: 0.021 },
    { name: "merge_orders", workMs: 130_000, queueMs: 38_000, sink: ["snowflake", "core.orders"] },
    { name: "refresh_marts", workMs: 52_000, queueMs: 9_000, sink: ["snowflake", "mart.daily_orders"] },
  ],
  chances: { refused: 0.008, retry: 0.05, slow: 0.04, skipped: 0.01 },
  latest: ["running", "none", "none", "slow", "none"],
};

const movies: PipelinePlan = {
  name: "movies-clean",
  origin: "sdk",
  service: "movies",
  everyMs: 12 * hour,
  offsetMs: 33 * minute,
  rows: 3_201,
  partition: "none",
  stages: [
    { name: "read-json", workMs: 800, source: ["json", "movies.json"] },
    {
      name: "parse",
      workMs: 1_900,
      failed: 0.083,
      failReasons: ["title is a number", "release date 'TBD'", "negative gross", "rating is not one of MPAA's"],
    },
    { name: "normalise", workMs: 1_150, deduplicated: 0.012, filtered: 0.07 },
    { name: "write", workMs: 620, sink: ["duckdb", "movies"] },
  ],
  chances: { slow: 0.05 },
  latest: ["none", "dirty", "none"],
};

const customerModels = [
  "stg_customers",
  "stg_orders",
  "stg_payments",
  "stg_sessions",
  "stg_support_tickets",
  "int_order_items",
  "int_customer_orders",
  "int_customer_sessions",
  "int_first_touch",
  "int_last_touch",
  "dim_customers",
  "dim_products",
  "fct_orders",
  "fct_payments",
  "fct_sessions",
  "mart_ltv",
  "mart_churn",
  "mart_cohorts",
] as const;

const customer360: PipelinePlan = {
  name: "customer-360",
  origin: "dbt",
  service: "dbt",
  everyMs: 8 * hour,
  offsetMs: 47 * minute,
  rows: 2_140_000,
  partition: "day",
  stages: [
    { name: "build", workMs: 0 },
    ...customerModels.map((name, index): StagePlan => {
      const layer = name.slice(0, name.indexOf("_"));
      const after = {
        stg: "",
        int: "stg_sessions",
        dim: "int_last_touch",
        fct: "int_last_touch",
        mart: "fct_sessions",
      }[layer];
      return {
        name,
        parent: "build",
        workMs: 9_000 + ((index * 7919) % 61) * 1_300,
        ...(after === undefined ? {} : { after }),
        sink: ["bigquery", `analytics.${name}`],
      };
    }),
  ],
  chances: { "bad-schema": 0.05, slow: 0.06, cancelled: 0.02 },
  latest: ["none", "none", "bad-schema", "none"],
};

const clickstream: PipelinePlan = {
  name: "clickstream-compact",
  origin: "sdk",
  service: "clickstream",
  everyMs: 3 * hour,
  offsetMs: 20 * minute,
  rows: 48_300_000,
  partition: "hour",
  stages: [
    { name: "list-files", workMs: 6_000 },
    { name: "read-parquet", workMs: 520_000, source: ["s3", "events/raw"] },
    { name: "sessionise", workMs: 810_000, filtered: 0.094, deduplicated: 0.031 },
    { name: "compact", workMs: 690_000 },
    { name: "publish", workMs: 44_000, sink: ["iceberg", "events.compacted"] },
  ],
  chances: { slow: 0.08, retry: 0.07, surplus: 0.02 },
  latest: ["running", "none", "surplus", "none"],
};

const inventory: PipelinePlan = {
  name: "inventory-sync",
  origin: "otel",
  service: "inventory",
  everyMs: 2 * hour,
  offsetMs: 12 * minute,
  rows: 41_800,
  partition: "none",
  stages: [
    { name: "pull", workMs: 36_000, source: ["http", "erp/stock"] },
    { name: "diff", workMs: 14_000, filtered: 0.71 },
    {
      name: "push",
      workMs: 58_000,
      failed: 0.0006,
      failReasons: ["409 version conflict"],
      sink: ["http", "shop/stock"],
    },
  ],
  chances: { lost: 0.02, refused: 0.02, retry: 0.08 },
  latest: ["lost", "none", "none", "retry"],
};

const features: PipelinePlan = {
  name: "ml-features",
  origin: "prefect",
  service: "prefect",
  everyMs: 24 * hour,
  offsetMs: 130 * minute,
  rows: 912_000,
  partition: "day",
  stages: [
    { name: "load-history", workMs: 240_000, source: ["iceberg", "events.compacted"] },
    { name: "aggregate", workMs: 780_000, filtered: 0.02 },
    { name: "encode", workMs: 320_000 },
    { name: "write-store", workMs: 96_000, sink: ["redis", "features"] },
  ],
  chances: { slow: 0.1, cancelled: 0.04 },
  latest: ["none", "none"],
};

export const catalogue: readonly PipelinePlan[] = [
  flights,
  payments,
  orders,
  movies,
  customer360,
  clickstream,
  inventory,
  features,
];
