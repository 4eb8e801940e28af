import { afterAll, beforeAll, describe } from "vitest";
import { openClusterStore } from "../../packages/server/src/store/cluster/store.ts";
import { storeSuite } from "../../packages/server/src/store/store.suite.ts";
import { ClickHouseNodes, missingForCluster } from "./cluster/nodes.ts";
import { startOnClusterFront } from "./cluster/on-cluster-front.ts";

const missing = missingForCluster();

describe.skipIf(missing.length > 0)(`a ClickHouse cluster (missing: ${missing.join(", ") || "nothing"})`, () => {
  let nodes: ClickHouseNodes;
  let front: Awaited<ReturnType<typeof startOnClusterFront>>;
  beforeAll(async () => {
    nodes = await ClickHouseNodes.start("main", { shards: 2, replicas: 2 });
    front = await startOnClusterFront(nodes);
  });
  afterAll(async () => {
    await front?.close();
    await nodes?.dispose();
  });

  storeSuite(
    "two shards of two replicas",
    async () => {
      const store = await openClusterStore({ url: `${front.url}/suite?cluster=main` });
      return { store, close: () => store.close() };
    },
    { largeBlocks: 1 },
  );
});
