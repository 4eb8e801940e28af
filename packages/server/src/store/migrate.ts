import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Clock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { renderStatements } from "./render.ts";
import type { Store } from "./store.ts";

export interface Migration {
  /** The number the file name begins with. */
  version: number;
  name: string;
  sql: string;
}

/** Written so that it holds in the bundle too, which lies in a folder beside `store/`. */
const schemaFolder = new URL("../store/schema/", import.meta.url);
const fileName = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** The numbered files of store/schema, in order. */
export function readMigrations(folder: URL = schemaFolder): Migration[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const version = fileName.exec(name)?.[1];
      return version === undefined
        ? []
        : [{ version: Number(version), name, sql: readFileSync(new URL(name, folder), "utf8") }];
    });
}

const migrationsTable = `
CREATE TABLE IF NOT EXISTS {local migrations} {on_cluster}
(
    version    UInt32,
    name       String,
    checksum   FixedString(64),
    applied_at DateTime64(3, 'UTC')
)
ENGINE = {MergeTree}
ORDER BY version
;
{distributed migrations by version}
`;

/**
 * Brings the store's schema up to date: runs each file that is not recorded yet, in order, and records it with its
 * checksum. Statements must be idempotent, because a crash in the middle of a file runs it again from its start.
 * @returns names of the files that ran
 * @throws SightglassError config_invalid when the data was written by a newer version, or a recorded file has changed
 */
export async function migrate(
  store: Store,
  { clock, migrations = readMigrations() }: { clock: Clock; migrations?: readonly Migration[] },
): Promise<string[]> {
  for (const statement of renderStatements(migrationsTable, store)) await store.execute(statement);
  const applied = await store.query<{ version: number; name: string; checksum: string }>(
    "SELECT version, any(name) AS name, any(checksum) AS checksum FROM migrations GROUP BY version ORDER BY version",
  );
  checkHistory(applied, migrations);
  const done = new Set(applied.map(({ version }) => version));
  const ran: string[] = [];
  for (const migration of migrations) {
    if (done.has(migration.version)) continue;
    for (const statement of renderStatements(migration.sql, store)) await store.execute(statement);
    await store.insertRows("migrations", [
      {
        version: migration.version,
        name: migration.name,
        checksum: checksum(migration),
        applied_at: new Date(clock.nowMs()).toISOString(),
      },
    ]);
    ran.push(migration.name);
  }
  return ran;
}

function checkHistory(
  applied: readonly { version: number; name: string; checksum: string }[],
  migrations: readonly Migration[],
): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  const newest = Math.max(0, ...known.keys());
  for (const { version, name, checksum: recorded } of applied) {
    const migration = known.get(version);
    if (migration === undefined) {
      throw new SightglassError(
        "config_invalid",
        `the data was written by a newer version: it has schema ${version} (${name}), this version knows up to ${newest}`,
        { hint: "start the newer version, or point --data at another folder" },
      );
    }
    if (checksum(migration) !== recorded) {
      throw new SightglassError(
        "config_invalid",
        `schema file ${migration.name} is not the one the data was made with (it was edited after it had been applied)`,
        { hint: "restore the file; put the change into a new file with the next number" },
      );
    }
  }
}

function checksum({ sql }: Migration): string {
  return createHash("sha256").update(sql).digest("hex");
}
