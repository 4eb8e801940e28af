import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { Clock } from "../clock.ts";
import { version } from "../version.ts";
import type { SignalSettings } from "./environment.ts";

export type SendOutcome =
  | { readonly kind: "accepted"; readonly answer: Uint8Array }
  /** Send it again later; `afterMs` when the server says when. */
  | { readonly kind: "busy"; readonly reason: string; readonly afterMs?: number }
  /** No answer: nobody listens, or the answer was no HTTP. */
  | { readonly kind: "unreachable"; readonly reason: string }
  /** Sending it again will not help. */
  | { readonly kind: "refused"; readonly reason: string };

/** One more than the connections that are kept: the last one is new. */
const triesMax = 3;
const answerBytesMax = 64 * 1024;
const retryAfterMaxMs = 5 * 60_000;
/** OTLP/HTTP, "Retryable Response Codes". */
const retryableStatus = new Set([429, 502, 503, 504]);

/** What a request to the server needs besides its body; also used by the last post at exit. */
export function requestHeaders(settings: SignalSettings, isCompressed: boolean): Record<string, string> {
  return {
    "content-type": settings.encoding === "json" ? "application/json" : "application/x-protobuf",
    "user-agent": `sightglass-sdk-js/${version}`,
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
    ...settings.headers,
  };
}

/**
 * Posts OTLP bodies to one address. Unlike OpenTelemetry's own exporter its sockets do not keep the process alive,
 * except between `hold` and `release`, and what is in flight can be cut short.
 */
export class OtlpHttp {
  readonly #settings: SignalSettings;
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();
  #request: ((options: RequestOptions) => ClientRequest) | undefined;
  #close: (() => void) | undefined;
  #holds = 0;

  constructor(settings: SignalSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async send(body: Uint8Array): Promise<SendOutcome> {
    try {
      const isCompressed = this.#settings.compression === "gzip";
      const payload = isCompressed ? process.getBuiltinModule("node:zlib").gzipSync(body) : body;
      // Without this, instrumentation of node:http would make a span of each request, which makes a request...
      return await context.with(suppressTracing(ROOT_CONTEXT), () => this.#post(payload, isCompressed));
    } catch (thrown) {
      return { kind: "unreachable", reason: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }

  /** From now on what is in flight keeps the process alive. */
  hold(): void {
    this.#holds += 1;
    for (const socket of this.#sockets) socket.ref();
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds === 0) for (const socket of this.#sockets) socket.unref();
  }

  close(): void {
    this.#close?.();
    for (const socket of this.#sockets) socket.destroy();
    this.#request = undefined;
  }

  async #post(payload: Uint8Array, isCompressed: boolean): Promise<SendOutcome> {
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#tryPost(payload, isCompressed);
      if (outcome.kind !== "stale") return outcome;
      // A connection that was kept and that the server has closed meanwhile says nothing about the server.
      if (tries === triesMax) return { kind: "unreachable", reason: "the connection was closed" };
    }
  }

  #tryPost(payload: Uint8Array, isCompressed: boolean): Promise<SendOutcome | { readonly kind: "stale" }> {
    return new Promise((resolve) => {
      const request = this.#start({
        method: "POST",
        headers: { ...requestHeaders(this.#settings, isCompressed), "content-length": payload.byteLength },
      });
      const { timeoutMs } = this.#settings;
      let hasTimedOut = false;
      const cancel = this.#clock.after(timeoutMs, () => {
        hasTimedOut = true;
        request.destroy(new Error(`no answer within ${timeoutMs} ms`));
      });
      const settle = (outcome: SendOutcome | { readonly kind: "stale" }) => {
        cancel();
        resolve(outcome);
      };
      request.on("socket", (socket) => this.#adopt(socket));
      request.on("error", (error) => {
        const isStale = request.reusedSocket && !hasTimedOut;
        settle(isStale ? { kind: "stale" } : { kind: "unreachable", reason: reasonOf(error) });
      });
      request.on("response", (response) => {
        readAnswer(response).then(
          (answer) => settle(outcomeOf(response, answer, this.#clock.nowMs())),
          (error: unknown) => settle({ kind: "unreachable", reason: reasonOf(error) }),
        );
      });
      request.end(payload);
    });
  }

  #start(options: RequestOptions): ClientRequest {
    if (this.#request === undefined) {
      const url = new URL(this.#settings.url);
      // Loaded with the first request, so that bootstrap stays quick.
      const http = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
      const agent = new http.Agent({ keepAlive: true, maxSockets: 2, ...this.#settings.tls });
      this.#request = (request) => http.request(url, { ...request, agent });
      this.#close = () => agent.destroy();
    }
    return this.#request(options);
  }

  #adopt(socket: Socket): void {
    if (this.#holds === 0) socket.unref();
    else socket.ref();
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

async function readAnswer(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= answerBytesMax) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function outcomeOf(response: IncomingMessage, answer: Uint8Array, nowMs: number): SendOutcome {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: "accepted", answer };
  const reason = `HTTP ${status}${response.statusMessage ? ` ${response.statusMessage}` : ""}`;
  if (!retryableStatus.has(status)) return { kind: "refused", reason };
  const afterMs = parseRetryAfterMs(response.headers["retry-after"], nowMs);
  return { kind: "busy", reason, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3), as milliseconds from now, 5 minutes at most. */
export function parseRetryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const afterMs = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(afterMs) ? undefined : Math.min(Math.max(afterMs, 0), retryAfterMaxMs);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}
