import { afterEach, describe, expect, it, vi } from "vitest";
import { getJson, withParameters } from "./client.ts";
import { ApiError, isNotFound, isPassing } from "./errors.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const answer = (body: string, status = 200) =>
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));

async function failure(): Promise<ApiError> {
  const error: unknown = await getJson("/api/runs").catch((cause: unknown) => cause);
  if (!(error instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(error)}`);
  return error;
}

describe("withParameters", () => {
  it("writes only what is set, and lists as repeated keys", () => {
    expect(
      withParameters("/api/runs", { pipeline: "a b", status: ["failed", "lost"], cursor: null, limit: 50, q: "" }),
    ).toBe("/api/runs?pipeline=a+b&status=failed&status=lost&limit=50");
    expect(withParameters("/api/runs", {})).toBe("/api/runs");
  });
});

describe("getJson", () => {
  it("gives the answer", async () => {
    answer('{"runs":[]}');
    expect(await getJson("/api/runs")).toEqual({ runs: [] });
  });

  it("keeps the server's code, message and hint", async () => {
    answer('{"error":{"code":"unavailable","message":"The store is down.","hint":"Look."}}', 503);
    const error = await failure();
    expect(error).toMatchObject({ status: 503, code: "unavailable", message: "The store is down.", hint: "Look." });
    expect(isPassing(error)).toBe(true);
  });

  it("says so when nobody answers", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
    const error = await failure();
    expect(error).toMatchObject({ status: 0, code: "unreachable" });
    expect(isPassing(error)).toBe(true);
  });

  it("says so when a proxy answers in HTML", async () => {
    answer("<html>", 200);
    expect(await failure()).toMatchObject({ code: "bad_answer" });
    answer("<html>", 404);
    const error = await failure();
    expect(error.code).toBe("http_404");
    expect(isNotFound(error)).toBe(true);
    expect(isPassing(error)).toBe(false);
  });
});
