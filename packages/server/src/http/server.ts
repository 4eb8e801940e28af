import { once } from "node:events";
import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { type ListenAddress, listenError } from "../listen/address.ts";
import type { ServerTls } from "../listen/server-tls.ts";
import { createWebServer } from "../listen/web-server.ts";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";

export interface HttpServerOptions {
  address: ListenAddress;
  /** Without it, in the clear. */
  tls: ServerTls | undefined;
  app: Hono;
  /** Each takes the raw request of the paths that are its own, before the application sees them. */
  ingest: readonly { owns: (url: string) => boolean; handle: RequestListener }[];
  clock: Clock;
}

/** Shorter than the receivers' grace: a reader can ask again, and an open page must not hold up Ctrl-C. */
const stopGraceMs = 1_000;

/** The door of port 4319: the page and queries, and the receivers that have no port of their own. */
export function createHttpServer({ address, tls, app, ingest, clock }: HttpServerOptions) {
  const answer = getRequestListener(app.fetch);
  const server = createWebServer(
    { tls, listener: "listen" },
    { requestTimeout: limits.requestTimeoutMs.value, headersTimeout: limits.requestHeadersTimeoutMs.value },
    (request, response) => {
      const receiver = ingest.find(({ owns }) => owns(request.url ?? ""));
      if (receiver !== undefined) receiver.handle(request, response);
      else void answer(request, response);
    },
  );
  return {
    /** @throws SightglassError port_taken, config_invalid */
    async start(): Promise<void> {
      server.listen(address.port, address.host);
      try {
        await once(server, "listening");
      } catch (cause) {
        throw listenError(cause, address, "--listen (npm start: --port)");
      }
    },
    /** Lets answers end within `stopGraceMs`; live streams never end by themselves and are cut then. */
    async stop(): Promise<void> {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const cancel = clock.after(stopGraceMs, () => server.closeAllConnections());
      await closed;
      cancel();
    },
  };
}
