import { describe, expect, it } from "vitest";
import type { Clock } from "../../model/clock.ts";
import { createApp } from "../app.ts";
import type { LiveEvent } from "../contract.ts";
import { liveRoutes } from "./live.ts";

/** Timers run when the test says so. */
class ManualClock implements Clock {
  readonly #timers = new Set<() => void>();
  nowMs = () => Date.UTC(2026, 10, 20);
  monotonicMs = () => 0;
  after(_delayMs: number, run: () => void): () => void {
    this.#timers.add(run);
    return () => this.#timers.delete(run);
  }
  fire(): void {
    for (const run of this.#timers) run();
  }
  get pending(): number {
    return this.#timers.size;
  }
}

function setUp(clientsMax = 8) {
  const listeners = new Set<(event: LiveEvent) => void>();
  const clock = new ManualClock();
  const routes = liveRoutes({
    clock,
    version: "1.2.3",
    clientsMax,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return { app: createApp({ routes: [routes] }), clock, listeners };
}

const runEvent = (runId: string, status: "running" | "succeeded" = "running", pipeline = "flights"): LiveEvent => ({
  type: "run",
  runId,
  pipeline,
  status,
  updatedAt: "2026-11-20T00:00:00.000Z",
});

/** Reads the stream until it holds `text`. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  let read = "";
  while (!read.includes(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    read += Buffer.from(value).toString();
  }
  return read;
}

async function open(app: ReturnType<typeof createApp>, query = "") {
  const left = new AbortController();
  const answer = await app.request(`/api/live${query}`, { signal: left.signal });
  const body = answer.body as ReadableStream<Uint8Array> | null;
  if (body === null) throw new Error("no body");
  return { answer, reader: body.getReader(), left };
}

describe("/api/live", () => {
  it("holds no place for a HEAD, whose stream nobody reads", async () => {
    const { app, listeners, clock } = setUp(1);
    for (let turn = 0; turn < 3; turn++) {
      const answer = await app.request("/api/live", { method: "HEAD" });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/event-stream");
      await expect.poll(() => listeners.size + clock.pending).toBe(0);
    }
    const { reader } = await open(app);
    expect(await readUntil(reader, "hello")).toContain("1.2.3");
  });

  it("greets, tells of runs, and keeps the connection alive", async () => {
    const { app, clock, listeners } = setUp();
    const { answer, reader } = await open(app);
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(await readUntil(reader, "\n\n")).toContain(
      'event: hello\ndata: {"type":"hello","now":"2026-11-20T00:00:00.000Z","version":"1.2.3"}',
    );
    for (const listener of listeners) listener(runEvent("r1"));
    expect(await readUntil(reader, "\n\n")).toBe(`event: run\ndata: ${JSON.stringify(runEvent("r1"))}\n\n`);
    await expect.poll(() => clock.pending).toBe(1);
    clock.fire();
    expect(await readUntil(reader, "\n\n")).toBe(": keep-alive\n\n");
    await reader.cancel();
  });

  it("tells only of the pipeline or run that was asked for", async () => {
    const { app, listeners } = setUp();
    const { reader } = await open(app, "?pipeline=birds&run=r2");
    await readUntil(reader, "hello");
    for (const listener of listeners) {
      listener(runEvent("r2"));
      listener(runEvent("r1", "running", "birds"));
      listener(runEvent("r2", "succeeded", "birds"));
    }
    const read = await readUntil(reader, '"status"');
    expect(read).toContain('"status":"succeeded"');
    expect(read).not.toContain('"status":"running"');
    await reader.cancel();
  });

  it("has a limit of clients and forgets those that left", async () => {
    const { app, clock, listeners } = setUp(1);
    const { reader } = await open(app);
    await readUntil(reader, "hello");
    expect((await app.request("/api/live")).status).toBe(503);
    await reader.cancel();
    await expect.poll(() => [listeners.size, clock.pending]).toEqual([0, 0]);
    const again = await open(app);
    expect(again.answer.status).toBe(200);
    await again.reader.cancel();
  });

  it("lets a client go that does not read", async () => {
    const { app, listeners } = setUp();
    const { reader } = await open(app);
    await readUntil(reader, "hello");
    for (const listener of listeners) for (let index = 0; index < 3000; index += 1) listener(runEvent(`r${index}`));
    await expect.poll(() => listeners.size).toBe(0);
    await reader.cancel();
  });
});
