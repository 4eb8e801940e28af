import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drainPending } from "chdb";
import { describe, expect, it } from "vitest";
import { Lane } from "../embedded/lane.ts";
import { storeSuite } from "../store.suite.ts";
import { startHttpFront } from "../testing/http-front.ts";
import { openClusterStore } from "./store.ts";

/** The engine takes itself for the cluster's one node: `Distributed` tables then read and write its local tables. */
const clusterConfig = `<clickhouse>
  <tcp_port>9000</tcp_port>
  <remote_servers><sightglass><shard><internal_replication>true</internal_replication>
    <replica><host>127.0.0.1</host><port>9000</port></replica>
  </shard></sightglass></remote_servers>
</clickhouse>`;

async function open(clusterName: string | undefined) {
  const root = mkdtempSync(join(tmpdir(), "sightglass-cluster-"));
  writeFileSync(join(root, "engine.xml"), clusterConfig);
  const lane = new Lane(join(root, "engine"), [`--config-file=${join(root, "engine.xml")}`]);
  const front = await startHttpFront(lane);
  const query = clusterName === undefined ? "" : `?cluster=${clusterName}`;
  const store = await openClusterStore({ url: `${front.url}/telemetry${query}` });
  return {
    store,
    async close() {
      await store.close();
      await front.close();
      lane.close();
      await drainPending();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

storeSuite("a ClickHouse server", () => open(undefined));
storeSuite("a ClickHouse cluster", () => open("sightglass"));

describe("a server that does not answer", () => {
  it("is store_unavailable", async () => {
    await expect(openClusterStore({ url: "http://127.0.0.1:9/db" })).rejects.toMatchObject({
      code: "store_unavailable",
      retryAfterMs: expect.any(Number),
    });
  });
  it("has names that cannot be used refused", async () => {
    await expect(openClusterStore({ url: "http://127.0.0.1:9/db?cluster=a%60b" })).rejects.toMatchObject({
      code: "config_invalid",
    });
  });
});
