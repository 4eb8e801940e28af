import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import type { ErrorCode } from "../model/errors.ts";
import { readStoredCounts } from "./ledger-counts.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { Retention } from "./retention.ts";
import type { QueryOptions, Store } from "./store.ts";
import { readTableStatus } from "./table-status.ts";

/**
 * What every store must do. `open` is called once, on an empty store.
 * @param largeBlocks blocks of 100,000 rows of the large segment; the engine joins ten or so into one of its own
 */
export function storeSuite(
  name: string,
  open: () => Promise<{ store: Store; close(): Promise<void> }>,
  { largeBlocks = 11 }: { largeBlocks?: number } = {},
): void {
  describe(name, () => {
    const files = mkdtempSync(join(tmpdir(), "sightglass-suite-"));
    let store: Store;
    let opened: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
      await migrate(store, { clock: systemClock });
    });
    afterAll(async () => {
      await opened.close();
      rmSync(files, { recursive: true, force: true });
    });

    describe("queries", () => {
      it("gives rows, 64-bit integers as numbers", async () => {
        expect(await store.query("SELECT number AS n, toString(number) AS text FROM numbers(3)")).toEqual([
          { n: 0, text: "0" },
          { n: 1, text: "1" },
          { n: 2, text: "2" },
        ]);
        expect(await store.query("SELECT 1 AS n WHERE n = 2")).toEqual([]);
      });

      it("gives bytes in any format", async () => {
        expect([...(await store.queryBytes("SELECT toUInt16(258)", "RowBinary"))]).toEqual([2, 1]);
      });

      it.each<[string, string, NonNullable<QueryOptions["params"]>, unknown]>([
        [
          "a string with everything that needs escaping",
          "{p:String}",
          { p: `it's \\ "x"\n\t\0é` },
          `it's \\ "x"\n\t\0é`,
        ],
        ["a string that looks like SQL", "{p:String}", { p: "') OR 1=1 --" }, "') OR 1=1 --"],
        ["an empty string", "{p:String}", { p: "" }, ""],
        ["a number", "{p:Float64}", { p: 1.5 }, 1.5],
        ["a large integer", "toString({p:UInt64})", { p: 18446744073709551615n }, "18446744073709551615"],
        ["a boolean", "{p:Bool}", { p: true }, true],
        ["null", "{p:Nullable(String)}", { p: null }, null],
        ["an array of strings", "{p:Array(String)}", { p: ["a'b", "", "c\\d"] }, ["a'b", "", "c\\d"]],
        ["an array of numbers", "{p:Array(Int64)}", { p: [1, -2] }, [1, -2]],
        ["an empty array", "{p:Array(String)}", { p: [] }, []],
        ["a map", "{p:Map(String, String)}", { p: { "k'": "v" } }, { "k'": "v" }],
      ])("binds %s", async (_name, expression, params, expected) => {
        expect(await store.query(`SELECT ${expression} AS value`, { params })).toEqual([{ value: expected }]);
      });

      it.each<[string, string, QueryOptions, ErrorCode]>([
        ["too many rows", "SELECT number FROM numbers(11)", { rowsMax: 10 }, "query_too_large"],
        [
          "too many rows of a union",
          "SELECT number FROM numbers(6) UNION ALL SELECT number FROM numbers(6)",
          { rowsMax: 10 },
          "query_too_large",
        ],
        [
          "too much memory",
          "SELECT length(groupArray(toString(number))) FROM numbers(10000000)",
          { memoryBytesMax: 20_000_000 },
          "query_too_large",
        ],
        [
          "too much time",
          "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1",
          { timeoutMs: 200 },
          "query_timeout",
        ],
        ["a syntax error", "SELEC 1", {}, "invalid_argument"],
        ["an unknown table", "SELECT * FROM nothing_here", {}, "invalid_argument"],
        ["a missing parameter", "SELECT {missing:String}", {}, "invalid_argument"],
      ])("refuses %s", async (_name, sql, options, code) => {
        await expect(store.query(sql, options)).rejects.toMatchObject({ name: "SightglassError", code });
      });

      it("keeps a failed query's rows out of the next answer", async () => {
        const failing = "SELECT number, throwIf(number = 500000) FROM numbers(1000000) SETTINGS max_block_size = 1000";
        for (let round = 0; round < 6; round += 1) {
          await expect(store.query(failing)).rejects.toMatchObject({ code: "invalid_argument" });
          expect(await store.query("SELECT 'clean' AS answer")).toEqual([{ answer: "clean" }]);
        }
      });

      it("keeps one query's limits from the next", async () => {
        await expect(store.query("SELECT number FROM numbers(9)", { rowsMax: 5 })).rejects.toThrow("max rows");
        expect(await store.query("SELECT number FROM numbers(9)")).toHaveLength(9);
      });

      it("answers each of many at the same time with its own rows", async () => {
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            store.query<{ value: number }>("SELECT {index:UInt32} AS value FROM numbers(100)", { params: { index } }),
          ),
        );
        for (const [index, rows] of answers.entries()) {
          expect(rows).toHaveLength(100);
          expect(rows.every(({ value }) => value === index)).toBe(true);
        }
      });

      it("lets go when it is aborted", async () => {
        const abort = new AbortController();
        const query = store.query("SELECT sleepEachRow(0.2) FROM numbers(5) SETTINGS max_block_size = 1", {
          signal: abort.signal,
        });
        setTimeout(() => abort.abort(new Error("no longer wanted")), 20);
        await expect(query).rejects.toThrow("no longer wanted");
        expect(await store.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
        const signal = AbortSignal.abort(new Error("never wanted"));
        await expect(store.query("SELECT 1", { signal })).rejects.toThrow("never wanted");
      });
    });

    describe("inserts", () => {
      it("takes rows with ISO times, large integers and nulls", async () => {
        await store.insertRows("runs", [
          {
            run_id: "r1",
            version: 9007199254740993n,
            pipeline: "p",
            status: "running",
            started_at: "2026-11-20T10:00:00.123Z",
            ended_at: null,
            records_read: 7,
          },
        ]);
        expect(
          await store.query(
            "SELECT run_id, toString(version) AS version, started_at, ended_at, records_read FROM runs FINAL",
          ),
        ).toEqual([
          {
            run_id: "r1",
            version: "9007199254740993",
            started_at: "2026-11-20 10:00:00.123",
            ended_at: null,
            records_read: 7,
          },
        ]);
      });

      // The engine forms blocks of about a million rows, so this is more than one block under one token.
      it("takes a segment once for a token, the views' tables too, in many blocks", async () => {
        const path = join(files, "large.native");
        writeFileSync(path, await spanBlocks(store, { blocks: largeBlocks, rowsInBlock: 100_000 }));
        const rows = largeBlocks * 100_000;
        const once = { spans: rows, traces: rows, facts: rows / 1000, calls: rows, ledger: rows, operations: 50 };
        await store.insertSegment({ table: "spans", path, token: "spool-spans-1" });
        expect(await counts(store)).toEqual(once);
        await store.insertSegment({ table: "spans", path, token: "spool-spans-1" });
        expect(await counts(store)).toEqual(once);
      }, 180_000);

      it("takes the same rows again under another token", async () => {
        const path = join(files, "small.native");
        writeFileSync(path, await spanBlocks(store, { blocks: 2, rowsInBlock: 1_000 }));
        const before = await counts(store);
        for (const token of ["spool-spans-2", "spool-spans-3", "spool-spans-2"]) {
          await store.insertSegment({ table: "spans", path, token });
        }
        const more = (name: string, rows: number) => ({ [name]: (before[name] ?? 0) + rows });
        expect(await counts(store)).toEqual({
          ...before,
          ...more("spans", 4_000),
          ...more("traces", 4_000),
          ...more("facts", 4),
          ...more("calls", 4_000),
          ...more("ledger", 4_000),
        });
      });

      it.each<[string, Uint8Array, ErrorCode]>([
        ["bytes that are no block", new TextEncoder().encode("\u0003\u0002 not a block at all"), "invalid_argument"],
        ["a block that is cut off", new Uint8Array([5, 10, 4]), "invalid_argument"],
      ])("refuses the content of %s", async (_name, bytes, code) => {
        const path = join(files, "bad.native");
        writeFileSync(path, bytes);
        const before = await counts(store);
        await expect(store.insertSegment({ table: "spans", path, token: "bad" })).rejects.toMatchObject({ code });
        expect(await counts(store)).toEqual(before);
      });

      it("blames the store, not the rows, when the table is missing", async () => {
        const path = join(files, "bad.native");
        await expect(store.insertSegment({ table: "nothing_here", path, token: "t" })).rejects.toMatchObject({
          code: "store_unavailable",
        });
      });
    });

    it("drops old days and shows what it holds", async () => {
      const keep = { ageMaxMs: 14 * 24 * 60 * 60 * 1000, bytesMax: 0 };
      const clock = { ...systemClock, nowMs: () => Date.parse("2026-11-20T12:00:00Z") };
      await store.insertRows("logs", [
        { received_at: "2026-10-01T00:00:00Z", body: "old" },
        { received_at: "2026-11-19T00:00:00Z", body: "new" },
      ]);
      await store.insertRows("runs", [{ run_id: "old", version: 1, last_seen_at: "2026-10-01T00:00:00Z" }]);
      const retention = new Retention({
        store,
        clock,
        keep: () => ({ spans: keep, logs: keep, runs: keep, samples: keep }),
      });
      expect(await retention.run()).toMatchObject([
        { table: "logs", kind: "partition", name: "2026-10-01", reason: "age" },
        { table: "runs", kind: "rows", reason: "age" },
      ]);
      const status = await readTableStatus(store, { spans: keep, logs: keep, runs: keep, samples: keep });
      expect(status.find(({ table }) => table === "logs")).toMatchObject({
        rows: 1,
        parts: 1,
        bytes: expect.any(Number),
        oldestAt: "2026-11-19T00:00:00.000Z",
      });
    });

    migrationCases(() => store);

    describe("after close", () => {
      it("answers what ran and refuses the rest", async () => {
        const running = store.query("SELECT sleep(0.3) AS slept");
        const closed = store.close();
        await expect(store.query("SELECT 1")).rejects.toMatchObject({ code: "unavailable" });
        expect(await running).toEqual([{ slept: 0 }]);
        await closed;
      });
    });
  });
}

function migrationCases(store: () => Store): void {
  describe("migrations", () => {
    const known = readMigrations();
    const next = {
      version: 9999,
      name: "9999-more.sql",
      sql: "ALTER TABLE {local operations} {on_cluster} ADD COLUMN IF NOT EXISTS more UInt8\n;\n",
    };

    it("are numbered without gaps", () => {
      expect(known.map(({ version }) => version)).toEqual(known.map((_, index) => index + 1));
    });

    it("run once", async () => {
      expect(await migrate(store(), { clock: systemClock })).toEqual([]);
    });

    it("refuse a file that was edited after it had been applied", async () => {
      const edited = known.map((migration) =>
        migration.version === 1 ? { ...migration, sql: "SELECT 1" } : migration,
      );
      await expect(migrate(store(), { clock: systemClock, migrations: edited })).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringContaining("0001-telemetry.sql"),
      });
    });

    it("add to what an older version made, and then the older version refuses", async () => {
      expect(await migrate(store(), { clock: systemClock, migrations: [...known, next] })).toEqual([next.name]);
      await expect(migrate(store(), { clock: systemClock })).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringContaining("newer version"),
      });
    });
  });
}

async function spanBlocks(store: Store, { blocks, rowsInBlock }: { blocks: number; rowsInBlock: number }) {
  const parts: Uint8Array[] = [];
  for (let block = 0; block < blocks; block += 1) {
    const sql = `
      SELECT toDateTime64('2026-11-20 10:00:00', 3, 'UTC') AS received_at,
             toDateTime64('2026-11-20 09:59:00', 9, 'UTC') + toIntervalNanosecond(number) AS start_time,
             toFixedString(unhex(leftPad(hex(intDiv({first:UInt64} + number, 100)), 32, '0')), 16) AS trace_id,
             toFixedString(unhex(leftPad(hex({first:UInt64} + number), 16, '0')), 8) AS span_id,
             toString(number % 50) AS name,
             number % 1000 = 0 AS is_pipeline
      FROM numbers(${rowsInBlock})`;
    parts.push(await store.queryBytes(sql, "Native", { params: { first: block * rowsInBlock } }));
  }
  return Buffer.concat(parts);
}

async function counts(store: Store): Promise<Record<string, number>> {
  const [row] = await store.query<Record<string, number>>(
    `SELECT (SELECT count() FROM spans) AS spans, (SELECT sum(span_count) FROM traces) AS traces,
            (SELECT count() FROM run_facts) AS facts, (SELECT sum(calls) FROM span_calls) AS calls,
            (SELECT uniqExact(name) FROM operations) AS operations`,
  );
  return { ...row, ledger: (await readStoredCounts(store))["spans"] ?? 0 };
}
