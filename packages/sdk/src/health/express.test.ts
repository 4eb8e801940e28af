import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { useWorkshop } from "../testing/hooks.ts";

/** In a process of its own: express cannot be loaded under the resolve conditions that vitest gives its workers. */
const workshop = useWorkshop();

it("serves express", async () => {
  const express = pathToFileURL(createRequire(import.meta.url).resolve("express")).href;
  const result = await workshop.run(
    "express.mjs",
    `
    import express from ${JSON.stringify(express)};
    import { health } from "@sightglass/sdk/health";
    let isUp = true;
    const checked = health({ checks: { database: { check: () => isUp, cacheMs: 0 } } });
    const app = express().use(checked.node).get("/other", (request, response) => response.send("mine"));
    app.use("/internal", health({ path: "/internal/health" }).node);
    const server = app.listen(0, "127.0.0.1", async () => {
      const get = async (path) => {
        const response = await fetch("http://127.0.0.1:" + server.address().port + path);
        console.log(response.status, (await response.text()).slice(0, 15));
      };
      await get("/health");
      isUp = false;
      await get("/health/ready");
      await get("/other");
      await get("/internal/health/live");
      server.close();
      server.closeAllConnections();
    });`,
  );
  expect(result).toMatchObject({
    code: 0,
    stdout: '200 {"status":"ok",\n503 {"status":"unav\n200 mine\n200 {"status":"ok",\n',
    stderr: "",
  });
});
