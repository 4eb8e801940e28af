import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dbt } from "@sightglass/sdk/carriers";

const { DBT, FOLDER, NAME: name } = process.env;
const project = join(FOLDER, name);

/** A project of one model, which dbt parses and builds. */
export function produce() {
  mkdirSync(join(project, "models"), { recursive: true });
  writeFileSync(join(project, "dbt_project.yml"), "name: orders\nprofile: orders\n");
  const output = '{ type: duckdb, path: ":memory:" }';
  writeFileSync(join(project, "profiles.yml"), `orders: { target: test, outputs: { test: ${output} } }\n`);
  writeFileSync(join(project, "models/orders.sql"), "select 1 as id\n");
  const args = ["run", "--quiet", "--profiles-dir", "."];
  const env = dbt.inject({ ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: "false" });
  const { status, stdout, stderr } = spawnSync(DBT, args, { cwd: project, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`dbt: ${stdout} ${stderr}`);
}

export const consume = () => dbt.extract(readFileSync(join(project, "target/run_results.json"), "utf8"));
