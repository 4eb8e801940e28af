import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { LiveEvent } from "../contract.ts";
import { Parameters } from "../parameters.ts";

export interface LiveDependencies {
  clock: Clock;
  version: string;
  /** @returns what ends the subscription */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  clientsMax?: number;
}

/** Proxies close connections that are silent for a minute. */
const keepAliveMs = 15_000;
/** A client that does not read falls behind: beyond this it is let go, and its page reads everything again. */
const queuedEventsMax = 1_000;

/** `/api/live`: server-sent events (WHATWG HTML, section 9.2) that say which runs changed. */
export function liveRoutes(dependencies: LiveDependencies): Hono {
  const { clock, version, clientsMax = limits.liveClientsMax.value } = dependencies;
  let clients = 0;
  return new Hono().get("/api/live", (context) => {
    const given = new Parameters(context.req.url).only("pipeline", "run");
    const pipeline = given.text("pipeline");
    const run = given.text("run");
    if (clients >= clientsMax)
      throw new SightglassError("unavailable", `more than ${clientsMax} live clients`, {
        hint: "close other pages, or poll /api/runs",
        retryAfterMs: keepAliveMs,
      });
    clients += 1;
    // A proxy that buffers would hold events back.
    context.header("x-accel-buffering", "no");
    context.header("cache-control", "no-store");
    return streamSSE(context, async (stream) => {
      const queue = new EventQueue(clock);
      const unsubscribe = dependencies.subscribe((event) => {
        if (event.type === "run" && pipeline !== undefined && event.pipeline !== pipeline) return;
        if (event.type === "run" && run !== undefined && event.runId !== run) return;
        queue.put(event);
      });
      stream.onAbort(() => queue.end());
      try {
        const hello: LiveEvent = { type: "hello", now: new Date(clock.nowMs()).toISOString(), version };
        await stream.writeSSE({ event: hello.type, data: JSON.stringify(hello), retry: 2000 });
        for await (const event of queue) {
          if (event === null) await stream.write(": keep-alive\n\n");
          else await stream.writeSSE({ event: event.type, data: JSON.stringify(event) });
        }
      } finally {
        unsubscribe();
        queue.end();
        clients -= 1;
      }
    });
  });
}

/** Events of one client in order; null when there was none for a while. Of each run only the newest waits. */
class EventQueue implements AsyncIterable<LiveEvent | null> {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, LiveEvent>();
  #isEnded = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(event: LiveEvent): void {
    const key = event.type === "run" ? event.runId : "";
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    if (this.#waiting.size > queuedEventsMax) this.end();
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent | null> {
    while (!this.#isEnded) {
      const [next] = this.#waiting;
      if (next === undefined) {
        if (!(await this.#somethingWithin(keepAliveMs))) yield null;
        continue;
      }
      this.#waiting.delete(next[0]);
      yield next[1];
    }
  }

  /** False when the time ran out. */
  async #somethingWithin(delayMs: number): Promise<boolean> {
    let cancel = () => {};
    const isWoken = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
      cancel = this.#clock.after(delayMs, () => resolve(false));
    });
    cancel();
    this.#wake = undefined;
    return isWoken;
  }
}
