import { mkdirSync } from "node:fs";
import { Session } from "chdb";

const tables = [
  `CREATE TABLE IF NOT EXISTS flights (flight_day Date, departed_at DateTime, origin LowCardinality(String), origin_state LowCardinality(String),
     destination LowCardinality(String), destination_state LowCardinality(String), distance_miles UInt32, distance_check_miles Float32, delay_minutes Int32)
   ENGINE = MergeTree PARTITION BY toYYYYMM(flight_day) ORDER BY (flight_day, origin)`,
  `CREATE TABLE IF NOT EXISTS airport_delays (flight_day Date, airport LowCardinality(String), flights UInt32, delayed UInt32, delay_average_minutes Float32)
   ENGINE = ReplacingMergeTree ORDER BY (flight_day, airport)`,
  `CREATE TABLE IF NOT EXISTS bird_strikes (month Date, struck_on Date, airport String, species LowCardinality(String), phase LowCardinality(String), damage LowCardinality(String), cost_dollars UInt64)
   ENGINE = MergeTree ORDER BY (month, struck_on)`,
  `CREATE TABLE IF NOT EXISTS movies (title String, released_on Date, rating Nullable(Float32), genre LowCardinality(String), gross_dollars UInt64)
   ENGINE = ReplacingMergeTree ORDER BY (title, released_on)`,
  `CREATE TABLE IF NOT EXISTS weather (day Date, location LowCardinality(String), rain_mm Float32, high_celsius Float32, low_celsius Float32, kind LowCardinality(String))
   ENGINE = ReplacingMergeTree ORDER BY (day, location)`,
  `CREATE TABLE IF NOT EXISTS progress (pipeline String, position UInt32, at DateTime) ENGINE = ReplacingMergeTree(at) ORDER BY pipeline`,
];

export type Params = Record<string, string | number>;

/** The demo's own small warehouse: an embedded engine in a folder of its own, apart from the server's. */
export interface Warehouse {
  query<Row>(sql: string, params?: Params): Promise<Row[]>;
  insert(table: string, rows: readonly object[]): Promise<void>;
  execute(sql: string, params?: Params): Promise<void>;
  close(): void;
}

export async function openWarehouse(folder: string): Promise<Warehouse> {
  mkdirSync(folder, { recursive: true });
  const session = new Session(folder);
  for (const sql of tables) await session.queryAsync(sql);
  return {
    async query<Row>(sql: string, params: Params = {}) {
      const result = await session.queryBindAsync(sql, params, { format: "JSONEachRow" });
      const text = result.text();
      return text === ""
        ? []
        : (text
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as unknown) as Row[]);
    },
    async insert(table, rows) {
      if (rows.length === 0) return;
      const values = Buffer.from(rows.map((row) => JSON.stringify(row)).join("\n"));
      await session.insert({ table, values, format: "JSONEachRow" });
    },
    async execute(sql, params = {}) {
      await session.queryBindAsync(sql, params);
    },
    close: () => session.close(),
  };
}
