import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drainPending } from "chdb";
import { describe, expect, it } from "vitest";
import { Lane } from "../embedded/lane.ts";
import { storeSuite } from "../store.suite.ts";
import { startHttpFront } from "../testing/http-front.ts";
import { openClusterStore } from "./store.ts";

async function open() {
  const root = mkdtempSync(join(tmpdir(), "sightglass-server-"));
  const lane = new Lane(join(root, "engine"), []);
  const front = await startHttpFront(lane);
  const store = await openClusterStore({ url: `${front.url}/telemetry` });
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

// A cluster of several: test/engines/cluster.test.ts.
storeSuite("a ClickHouse server", open);

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
