import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../app/server.ts";
import { Command } from "./command.ts";
import type { Peer } from "./peers/peer.ts";
import { postgresql } from "./peers/postgresql.ts";
import { redis } from "./peers/redis.ts";

describe.skipIf(!postgresql.isInstalled() || !redis.isInstalled())(
  "health of a service with a real database and a real cache (needs postgresql and redis-server)",
  () => {
    let database: Peer;
    let cache: Peer;
    let service: Command;
    let url: string;
    beforeAll(async () => {
      [database, cache] = await Promise.all([postgresql.start(), redis.start()]);
      const program = join(import.meta.dirname, "health-service.mjs");
      const environment = { ...database.variables, ...cache.variables };
      service = new Command(process.execPath, [program], { environment });
      await until(() => service.output.endsWith(".\n") || service.hasEnded, { what: () => service.output });
      url = `http://127.0.0.1:${/port (\d+)/.exec(service.output)?.[1]}/health/ready`;
    });
    afterAll(async () => {
      await service?.end();
      await Promise.all([database?.stop(), cache?.stop()]);
    });

    const ready = async () => {
      const answer = await fetch(url);
      return { code: answer.status, ...((await answer.json()) as { parts: object }) };
    };
    const well = { status: "ok" };
    const ill = { status: "unavailable", reason: expect.stringMatching(/./) as string };

    it("is well, and says which part is not when one after the other goes", async () => {
      expect(await ready()).toMatchObject({ code: 200, parts: { database: well, cache: well } });
      await cache.stop();
      expect(await ready()).toMatchObject({ code: 503, parts: { database: well, cache: ill } });
      await database.stop();
      expect(await ready()).toMatchObject({ code: 503, parts: { database: ill, cache: ill } });
    });
  },
);
