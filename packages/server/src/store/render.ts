import { SightglassError } from "../model/errors.ts";

/** Where the schema is created: one engine, or every node of a named cluster (ADR 0003). */
export interface Deployment {
  /** Null: one server or the embedded engine. */
  readonly clusterName: string | null;
}

/** Inserts that a table remembers. A replay repeats at most the newest few, so this is ample. */
const deduplicationWindow = 10_000;
/** A replica forgets tokens by age too; the server may be down for long between an insert and its replay. */
const deduplicationWindowSeconds = 30 * 24 * 60 * 60;

const statementEnd = /^;[ \t]*$/m;
const placeholder =
  /\{(?:(on_cluster)|(deduplication)|local (\w+)|distributed (\w+) by ([^{}]+)|(\w*MergeTree)(\([^{}]*\))?)\}/g;

/**
 * The statements of a schema file for one deployment, in order. Statements end with a line that holds only `;`.
 * A statement that is empty for this deployment (`{distributed ...}` without a cluster) is left out.
 */
export function renderStatements(sql: string, deployment: Deployment): string[] {
  return sql
    .split(statementEnd)
    .map((statement) => render(withoutComments(statement), deployment).trim())
    .filter((statement) => statement !== "");
}

function render(statement: string, { clusterName }: Deployment): string {
  const onCluster = clusterName === null ? "" : `ON CLUSTER ${quoteIdentifier(clusterName)}`;
  return statement.replaceAll(
    placeholder,
    (_whole, isOnCluster, isDeduplication, local, distributed, shardingKey, engine, engineArguments = "") => {
      if (isOnCluster !== undefined) return onCluster;
      if (isDeduplication !== undefined) return deduplication(clusterName);
      if (local !== undefined) return clusterName === null ? local : `${local}_local`;
      if (engine !== undefined) return `${clusterName === null ? "" : "Replicated"}${engine}${engineArguments}`;
      if (clusterName === null) return "";
      return (
        `CREATE TABLE IF NOT EXISTS ${distributed} ${onCluster} AS ${distributed}_local\n` +
        `ENGINE = Distributed(${quoteIdentifier(clusterName)}, currentDatabase(), ${distributed}_local, ${shardingKey})`
      );
    },
  );
}

function deduplication(clusterName: string | null): string {
  if (clusterName === null) return `non_replicated_deduplication_window = ${deduplicationWindow}`;
  return (
    `replicated_deduplication_window = ${deduplicationWindow}, ` +
    `replicated_deduplication_window_seconds = ${deduplicationWindowSeconds}`
  );
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/^\s*--.*$/gm, "");
}

/** A name in backquotes. @throws SightglassError config_invalid for one that would need escaping. */
export function quoteIdentifier(name: string): string {
  if (!/^[\w.-]+$/.test(name)) {
    throw new SightglassError("config_invalid", `the name ${JSON.stringify(name)} cannot be used in the store`, {
      hint: "use letters, digits, '_', '-' and '.' only",
    });
  }
  return `\`${name}\``;
}
