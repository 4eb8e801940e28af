import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { createAuthorize } from "../../model/tokens.ts";
import { createApp } from "../app.ts";
import { reloadRoutes } from "./reload.ts";

const sha256 = (token: string) => createHash("sha256").update(token).digest("hex");
const authorize = createAuthorize([
  { name: "reader", scopes: ["read"], sha256: sha256("r") },
  { name: "boss", scopes: ["admin"], sha256: sha256("a") },
]);

it.each([
  ["POST", undefined, 401, 0],
  ["POST", "r", 403, 0],
  ["POST", "a", 200, 1],
  ["PUT", "a", 200, 1],
  ["GET", "a", 404, 0],
])("%s with the token %s is answered with %d", async (method, token, status, reloads) => {
  let count = 0;
  const routes = reloadRoutes({
    authorize,
    reload: async () => {
      count++;
      return [];
    },
  });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await createApp({ routes: [routes] }).request("/-/reload", { method, headers });
  expect([answer.status, count]).toEqual([status, reloads]);
});

it("tells which settings wait for a restart", async () => {
  const routes = reloadRoutes({ authorize: createAuthorize([]), reload: () => Promise.resolve(["listen", "spool"]) });
  const answer = await createApp({ routes: [routes] }).request("/-/reload", { method: "POST" });
  expect([answer.status, await answer.text()]).toEqual([
    200,
    "these settings wait for the next start: listen, spool\n",
  ]);
});

it("tells what is wrong with the configuration", async () => {
  const routes = reloadRoutes({
    authorize: createAuthorize([]),
    reload: async () => {
      throw new SightglassError("config_invalid", "s.yaml:1:2: otlp: no");
    },
  });
  const answer = await createApp({ routes: [routes] }).request("/-/reload", { method: "POST" });
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain("s.yaml:1:2: otlp: no");
});
