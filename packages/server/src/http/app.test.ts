import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { errorCodes, SightglassError } from "../model/errors.ts";
import { createApp } from "./app.ts";
import { httpStatusOf, problemOf } from "./problem.ts";

const throwing = (error: unknown) =>
  new Hono().get("/api/x", () => {
    throw error;
  });

describe("app", () => {
  it("answers an unknown path with the catalogue's JSON", async () => {
    const answer = await createApp({ routes: [] }).request("/api/nothing");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: { code: "not_found", message: "nothing is at /api/nothing", hint: expect.any(String) },
    });
  });

  it("answers a wrong method with 405 and Allow", async () => {
    const answer = await createApp({ routes: [] }).request("/api/runs", { method: "DELETE" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, HEAD");
  });

  it("tells the client of a coded error all of it, with when to try again", async () => {
    const error = new SightglassError("store_unavailable", "the engine does not answer", { retryAfterMs: 1500 });
    const answer = await createApp({ routes: [throwing(error)] }).request("/api/x");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(await answer.json()).toEqual({
      error: { code: "store_unavailable", message: "the engine does not answer" },
    });
  });

  it("keeps an unknown error to itself and reports it", async () => {
    const faults: unknown[] = [];
    const app = createApp({
      routes: [throwing(new Error("secret path"))],
      onFault: ({ error }) => faults.push(String(error)),
    });
    const answer = await app.request("/api/x");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(faults).toEqual(["Error: secret path"]);
  });

  it("refuses requests above its limit and takes them again afterwards", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const routes = new Hono().get("/api/slow", async (context) => {
      await held;
      return context.json({});
    });
    const app = createApp({ routes: [routes], concurrentRequestsMax: 1 });
    const first = app.request("/api/slow");
    expect((await app.request("/api/slow")).status).toBe(503);
    release();
    expect((await first).status).toBe(200);
    expect((await app.request("/api/slow")).status).toBe(200);
  });

  it("allows no foreign or inline script", async () => {
    const answer = await createApp({ routes: [new Hono().get("/", (context) => context.text("hi"))] }).request("/");
    expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'; script-src 'self';/);
  });
});

describe("problem", () => {
  it("has a status of its own kind for every code", () => {
    for (const code of errorCodes) expect(httpStatusOf[code]).toBeGreaterThanOrEqual(400);
  });

  it("cuts long messages between characters", () => {
    const { body } = problemOf(new SightglassError("invalid_argument", "é".repeat(10_000)));
    expect(body.error.message).toMatch(/^é+…$/);
  });
});
