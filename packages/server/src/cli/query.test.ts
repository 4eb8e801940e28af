import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "./index.ts";

let server: Server;
let url = "";
let asked: { path: string; form: Record<string, string>; authorization: string | undefined };
let answer: { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const form = Object.fromEntries(new URLSearchParams(body));
      asked = { path: request.url ?? "", form, authorization: request.headers.authorization };
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function run(...args: string[]) {
  const written = { out: "", error: "" };
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((written.out += String(text)), true));
  const error = vi.spyOn(process.stderr, "write").mockImplementation((text) => ((written.error += String(text)), true));
  try {
    return { code: await runCli(["query", "--url", url, ...args]), ...written };
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}

const success = (data: object, notes: object = {}) => {
  answer = { status: 200, body: JSON.stringify({ status: "success", data, ...notes }) };
};

describe("sightglass query", () => {
  it("asks for a moment, and shows a vector", async () => {
    success(
      { resultType: "vector", result: [{ metric: { __name__: "up", job: 'a"b' }, value: [1, "0.5"] }] },
      { infos: ["PromQL info: x"] },
    );
    const { code, out, error } = await run("up", "--time", "1795176000", "--token", "secret");
    expect({ code, out, error }).toEqual({
      code: 0,
      out: 'up{job="a\\"b"} 0.5\n',
      error: "sightglass: PromQL info: x\n",
    });
    expect(asked).toEqual({
      path: "/api/v1/query",
      form: { query: "up", time: "1795176000" },
      authorization: "Bearer secret",
    });
  });

  it("asks for a range, and shows a matrix", async () => {
    success({
      resultType: "matrix",
      result: [
        {
          metric: { job: "a" },
          values: [
            [0, "1"],
            [60, "2"],
          ],
        },
      ],
    });
    const { out } = await run("sum(up)", "--start", "-1h", "--end", "1795176000", "--step", "1m");
    expect(out).toBe('{job="a"}\n  1970-01-01T00:00:00.000Z 1\n  1970-01-01T00:01:00.000Z 2\n');
    expect(asked.form).toMatchObject({ end: "1795176000", step: "1m" });
    expect(Number(asked.form["start"])).toBeGreaterThan(1e9);
  });

  it("prints what the server said, with --json", async () => {
    const data = { resultType: "scalar", result: [1, "2"] };
    success(data);
    expect((await run("2", "--json")).out).toBe(`${JSON.stringify(data)}\n`);
  });

  it.each([
    [
      400,
      JSON.stringify({ status: "error", errorType: "bad_data", error: "1:2: parse error" }),
      64,
      "1:2: parse error",
    ],
    [422, JSON.stringify({ status: "error", errorType: "execution", error: "too many" }), 65, "too many"],
    [401, JSON.stringify({ error: { code: "unauthenticated" } }), 77, "wants a token"],
    [200, "<html>", 69, "no JSON"],
  ])("ends with a code of its own for %d %s", async (status, body, code, message) => {
    answer = { status, body };
    const result = await run("up");
    expect(result.code).toBe(code);
    expect(result.error).toContain(message);
  });

  it("says when no server is there, or a time is none", async () => {
    expect(await run("up", "--url", "http://127.0.0.1:1")).toMatchObject({ code: 69 });
    expect(await run("up", "--time", "-x")).toMatchObject({ code: 64 });
  });
});
