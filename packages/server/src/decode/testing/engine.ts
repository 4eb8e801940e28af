import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "chdb";
import { readMigrations } from "../../store/migrate.ts";
import { renderStatements } from "../../store/render.ts";
import type { NativeBlock } from "../native/native-block.ts";

/** The engine with the real schema, in a temporary folder. */
export class TestEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), "sightglass-decode-"));
  private readonly session = new Session(join(this.folder, "db"));

  constructor() {
    for (const { sql } of readMigrations()) {
      for (const statement of renderStatements(sql, { clusterName: null })) this.session.query(statement);
    }
  }

  execute(sql: string): void {
    this.session.query(sql);
  }

  /** Inserts the block as the store does: from a file, in Native. */
  insert(block: NativeBlock): void {
    const path = join(this.folder, "block.native");
    writeFileSync(path, Buffer.concat(block.encode()));
    this.session.query(`INSERT INTO ${block.table} FROM INFILE '${path}' FORMAT Native`);
  }

  /** Rows of a SELECT; 64-bit integers come as strings. */
  rows<Row>(sql: string): Row[] {
    const text = this.session.query(
      `${sql} SETTINGS output_format_json_quote_64bit_integers = 1, output_format_json_quote_denormals = 1`,
      "JSONEachRow",
    );
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Row);
  }

  close(): void {
    this.session.cleanup();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
