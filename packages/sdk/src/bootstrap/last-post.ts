import { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import type { Encoding, Signal } from "./spool/folder.ts";

/** One body that must go out before the process ends. */
export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly tls: Readonly<Record<string, string>>;
  /** What it is, where it may also wait on disk. */
  readonly signal: Signal | undefined;
  readonly encoding: Encoding;
}

const delivered = 1;

/**
 * Runs in a worker thread: plain JavaScript, because the worker has no module of ours. The first number counts the letters
 * that are settled; each letter has its own after it.
 */
const script = `
const { workerData } = require("node:worker_threads");
const state = new Int32Array(workerData.state);
const post = (letter) => new Promise((resolve) => {
  const http = require(letter.url.startsWith("https:") ? "node:https" : "node:http");
  const request = http.request(letter.url, { method: "POST", headers: letter.headers, ...letter.tls }, (response) => {
    response.resume();
    response.on("end", () => resolve(response.statusCode < 300));
    response.on("error", () => resolve(false));
  });
  request.on("error", () => resolve(false));
  request.end(letter.body);
});
workerData.letters.forEach(async (letter, index) => {
  if (await post(letter)) Atomics.store(state, index + 1, ${delivered});
  Atomics.add(state, 0, 1);
  Atomics.notify(state, 0);
});
`;

/**
 * Posts the letters and waits for the answers without the event loop, which has stopped for good when a process emits
 * "exit": a worker thread posts, this thread sleeps.
 *
 * @returns the letters that were not taken within `timeoutMs`
 */
export function postBeforeExit(letters: readonly Letter[], timeoutMs: number, clock: Pick<Clock, "nowMs">): Letter[] {
  const shared = new SharedArrayBuffer(4 * (letters.length + 1));
  // No execArgv and no environment: a preloaded instrumentation must not start in there.
  const worker = new Worker(script, { eval: true, execArgv: [], env: {}, workerData: { state: shared, letters } });
  worker.on("error", () => {});
  worker.unref();
  const state = new Int32Array(shared);
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (;;) {
    const settled = Atomics.load(state, 0);
    const leftMs = deadlineMs - clock.nowMs();
    if (settled === letters.length || leftMs <= 0) break;
    Atomics.wait(state, 0, settled, leftMs);
  }
  return letters.filter((_letter, index) => Atomics.load(state, index + 1) !== delivered);
}
