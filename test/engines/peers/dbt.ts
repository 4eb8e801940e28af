import { installedEngine, isOnPath } from "../command.ts";
import type { PeerKind } from "./peer.ts";

const program = () => installedEngine("dbt/bin/dbt") ?? "dbt";

/** dbt with DuckDB; no server. */
export const dbt: PeerKind = {
  name: "dbt",
  isInstalled: () => isOnPath(program()),
  start: () => Promise.resolve({ variables: { DBT: program() }, stop: () => Promise.resolve() }),
};
