import { Worker } from "node:worker_threads";

/** One body that must go out before the process ends. */
export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly tls: Readonly<Record<string, string>>;
}

/** Runs in a worker thread: plain JavaScript, because the worker has no module of ours. Flag 1: delivered, 2: not. */
const script = `
const { workerData } = require("node:worker_threads");
const flag = new Int32Array(workerData.flag);
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
Promise.all(workerData.letters.map(post)).then((delivered) => {
  Atomics.store(flag, 0, delivered.every(Boolean) ? 1 : 2);
  Atomics.notify(flag, 0);
});
`;

/**
 * Posts the letters and waits for the answers without the event loop, which has stopped for good when a process emits
 * "exit": a worker thread posts, this thread sleeps. Returns whether all were delivered within `timeoutMs`.
 */
export function postBeforeExit(letters: readonly Letter[], timeoutMs: number): boolean {
  const flag = new SharedArrayBuffer(4);
  // No execArgv and no environment: a preloaded instrumentation must not start in there.
  const worker = new Worker(script, { eval: true, execArgv: [], env: {}, workerData: { flag, letters } });
  worker.on("error", () => {});
  worker.unref();
  const state = new Int32Array(flag);
  Atomics.wait(state, 0, 0, timeoutMs);
  return Atomics.load(state, 0) === 1;
}
