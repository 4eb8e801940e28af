import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { LiveEvent, RunResponse } from "sightglass/contract";
import { answer } from "./answers.ts";
import { makePrometheus } from "./prometheus.ts";
import type { World } from "./world.ts";

/** A server to develop and test the page against: real HTTP and events, made-up weeks of runs. */
export interface MockServer {
  url: string;
  world: World;
  /** Says that a run changed. */
  announce(run: RunResponse): void;
  /** Answers paths that match with this status; null ends it. */
  failOn(pattern: RegExp | null, status?: number): void;
  /** Answers to paths that match wait until this is called again. */
  hold(pattern: RegExp | null): void;
  /** Whether /api/live exists. */
  offerEvents(offered: boolean): void;
  /** Drops every connection and refuses new ones until brought back. */
  cut(isCut: boolean): void;
  close(): Promise<void>;
}

/** As the real server sends it: nothing inline, nothing from elsewhere. */
const policy =
  "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

export async function startMock(options: {
  world: World;
  port?: number;
  pageDir: string;
  now: () => number;
}): Promise<MockServer> {
  const { world, now } = options;
  const prometheus = makePrometheus(world, now);
  const streams = new Set<ServerResponse>();
  let failing: { pattern: RegExp; status: number } | null = null;
  let holding: RegExp | null = null;
  let held: (() => void)[] = [];
  let eventsOffered = true;
  let isCut = false;

  const send = (response: ServerResponse, event: LiveEvent) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const openStream = (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    send(response, { type: "hello", now: new Date(now()).toISOString(), version: "0.1.0" });
    streams.add(response);
    response.on("close", () => streams.delete(response));
  };

  const server = createServer((request, response) => {
    if (isCut) return void request.socket.destroy();
    const url = new URL(request.url ?? "/", "http://mock");
    if (!url.pathname.startsWith("/api/")) return void servePage(options.pageDir, url.pathname, response);
    if (failing?.pattern.test(url.pathname))
      return refuse(response, failing.status, "unavailable", "The store is down: cannot open its data folder.");
    if (url.pathname === "/api/live")
      return eventsOffered ? openStream(response) : refuse(response, 404, "not_found", "No events here.");
    const respond = () => {
      if (url.pathname.startsWith("/api/v1/"))
        return void prometheus
          .answer(url)
          .then(({ status, body }) =>
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
          );
      const body = answer(world, url, now());
      if (body === undefined) return refuse(response, 404, "not_found", `There is no ${url.pathname}.`);
      response
        .writeHead(200, { "content-type": "application/json", "cache-control": "no-store" })
        .end(JSON.stringify(body));
    };
    if (holding?.test(url.pathname) === true) held.push(respond);
    else respond();
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    announce: (run) => {
      const event: LiveEvent = {
        type: "run",
        runId: run.id,
        pipeline: run.pipeline,
        status: run.status,
        updatedAt: new Date(now()).toISOString(),
      };
      for (const stream of streams) send(stream, event);
    },
    failOn: (pattern, status = 503) => {
      failing = pattern === null ? null : { pattern, status };
    },
    hold: (pattern) => {
      const released = held;
      [holding, held] = [pattern, []];
      for (const respond of released) respond();
    },
    offerEvents: (offered) => {
      eventsOffered = offered;
    },
    cut: (cut) => {
      isCut = cut;
      if (cut) server.closeAllConnections();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const hint = status >= 500 ? "Look at /health and at the server's log." : undefined;
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }));
}

/** Files of the built page; every other path is a view and gets index.html. */
async function servePage(pageDir: string, pathname: string, response: ServerResponse): Promise<void> {
  const isView = extname(pathname) === "" || /^\/(pipelines|runs|traces)\/./.test(pathname);
  const path = isView ? "/index.html" : normalize(pathname);
  try {
    const body = await readFile(join(pageDir, path));
    response
      .writeHead(200, {
        "content-type": types[extname(path)] ?? "application/octet-stream",
        "content-security-policy": policy,
      })
      .end(body);
  } catch {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found");
  }
}
