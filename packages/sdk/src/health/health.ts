import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type Clock, systemClock } from "../clock.ts";
import { safely } from "../safely.ts";
import { type Check, type CheckOptions, type PartHealth, Probe } from "./probe.ts";

export interface HealthOptions {
  /** What this process needs to do its work. They decide `/health` and `/health/ready`. */
  checks?: Record<string, Check | CheckOptions>;
  /** What only a restart would mend. They decide `/health/live`. Most programs have none. */
  live?: Record<string, Check | CheckOptions>;
  /** Where it is answered, with `/ready` and `/live` below. Default `/health`. */
  path?: string;
}

export interface HealthReport {
  status: "ok" | "unavailable";
  parts: Record<string, PartHealth>;
}

export interface HealthAnswer {
  /** 200 or 503; 404 for a path that is not ours. */
  statusCode: number;
  body: HealthReport;
}

/** What is used of fastify's reply. */
export interface FastifyReplyLike {
  code(statusCode: number): FastifyReplyLike;
  header(name: string, value: string): FastifyReplyLike;
  send(body: unknown): unknown;
}

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

export interface Health {
  /** For tests and frameworks of your own: what `path` answers; undefined when it is none of ours. */
  answer(path: string): Promise<HealthAnswer | undefined>;
  /** For `http.createServer`, and for express and others with `(request, response, next)`. */
  node(this: void, request: IncomingMessage, response: ServerResponse, next?: () => void): void;
  /** For hono and others with `fetch`'s types: `app.all("/health/*", (c) => health.fetch(c.req.raw))`. */
  fetch(this: void, request: Request): Promise<Response>;
  /** For fastify: `app.get("/health", health.fastify)` and the same for `/health/*`; below a prefix, say so with `path`. */
  fastify(this: void, request: { url: string }, reply: FastifyReplyLike): Promise<unknown>;
  /** A small server of its own, on loopback unless `host` says otherwise. It does not keep the process alive. */
  listen(options?: { port?: number; host?: string }): Promise<HealthServer>;
  /** From now on not ready, because the process is about to end (`gracefulShutdown` does it). */
  drain(reason?: string): void;
}

const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" } as const;

/** Says over HTTP how this process is: `/health`, `/health/ready` and `/health/live`. Nothing in here throws. */
export function health(options: HealthOptions = {}, clock: Clock = systemClock): Health {
  const checks = probes(options.checks, clock);
  const live = probes(options.live, clock);
  const root = (options.path ?? "/health").replace(/\/$/, "");
  let draining: string | undefined;

  const answer: Health["answer"] = async (path) => {
    const [pathname = ""] = path.split("?");
    const route = pathname.replace(/\/$/, "");
    if (route === `${root}/live`) return answerOf(await reportOf(live));
    if (route !== root && route !== `${root}/ready`) return undefined;
    const report = await reportOf(checks);
    if (draining === undefined) return answerOf(report);
    const shutdown: PartHealth = { status: "unavailable", reason: draining };
    return answerOf({ status: "unavailable", parts: { ...report.parts, shutdown } });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse, next?: () => void) => {
    // Below a mounted path (`app.use("/health", ...)`) express cuts it from the URL and keeps the whole one beside it.
    const { originalUrl, url = "/" } = request as IncomingMessage & { originalUrl?: string };
    const found = (await answer(url)) ?? (originalUrl === undefined ? undefined : await answer(originalUrl));
    if (found === undefined && next !== undefined) next();
    // Somebody else may have begun an answer already.
    else safely(() => respond(response, found ?? notFound), undefined);
  };
  const node: Health["node"] = (request, response, next) => {
    void handle(request, response, next);
  };

  return {
    answer,
    node,
    async fetch(request) {
      const { statusCode, body } = (await answer(new URL(request.url).pathname)) ?? notFound;
      return new Response(JSON.stringify(body), { status: statusCode, headers });
    },
    async fastify(request, reply) {
      const { statusCode, body } = (await answer(request.url)) ?? notFound;
      return reply.code(statusCode).header("cache-control", headers["cache-control"]).send(body);
    },
    listen: (where) => listen(node, where),
    drain(reason = "shutting down") {
      draining ??= reason;
    },
  };
}

const notFound: HealthAnswer = { statusCode: 404, body: { status: "unavailable", parts: {} } };

function probes(checks: HealthOptions["checks"], clock: Clock): [string, Probe][] {
  return Object.entries(checks ?? {}).map(([name, check]) => [name, new Probe(check, clock)]);
}

async function reportOf(parts: readonly [string, Probe][]): Promise<HealthReport> {
  const found = await Promise.all(
    parts.map(async ([name, probe]) => ({ name, isCritical: probe.isCritical, health: await probe.health() })),
  );
  const isWell = found.every((part) => part.health.status === "ok" || !part.isCritical);
  return {
    status: isWell ? "ok" : "unavailable",
    parts: Object.fromEntries(found.map((part) => [part.name, part.health])),
  };
}

function answerOf(body: HealthReport): HealthAnswer {
  return { statusCode: body.status === "ok" ? 200 : 503, body };
}

function respond(response: ServerResponse, { statusCode, body }: HealthAnswer): void {
  response.writeHead(statusCode, headers).end(JSON.stringify(body));
}

function listen(node: Health["node"], { port = 0, host = "127.0.0.1" } = {}): Promise<HealthServer> {
  const server: Server = process
    .getBuiltinModule("node:http")
    .createServer((request, response) => node(request, response));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.unref();
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}
