import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { limits } from "../model/limits.ts";
import { formatAddress, type ListenAddress, listenError } from "../listen/address.ts";
import type { ServerTls } from "../listen/server-tls.ts";
import { createWebServer } from "../listen/web-server.ts";
import { createOtlpHttpHandler, type OtlpHttpHandlerOptions } from "./otlp-http-handler.ts";
import type { Receiver } from "./receiver.ts";

export interface OtlpHttpOptions extends OtlpHttpHandlerOptions {
  readonly address: ListenAddress;
  /** Without it, in the clear. */
  readonly tls?: ServerTls | undefined;
  /** How long a client may take for the headers, and for the whole request: against those that send drop by drop. */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

/** OTLP/HTTP on a port of its own, 4318 by default. */
export function createOtlpHttpReceiver(options: OtlpHttpOptions): Receiver {
  const { address, stats, clock, tls } = options;
  const requestTimeoutMs = options.requestTimeoutMs ?? limits.requestTimeoutMs.value;
  const headersTimeoutMs = Math.min(options.headersTimeoutMs ?? limits.requestHeadersTimeoutMs.value, requestTimeoutMs);
  const handle = createOtlpHttpHandler(options);
  const open = new Set<ServerResponse>();
  const server = createWebServer(
    { tls, listener: "otlp_http" },
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.min(headersTimeoutMs, 5000),
      // Longer than the intervals in which exporters send, so that they keep their connection.
      keepAliveTimeout: 75_000,
    },
    (request, response) => {
      open.add(response);
      response.once("close", () => open.delete(response));
      handle(request, response);
    },
  );
  return {
    stats,
    async start() {
      server.listen(address.port, address.host);
      try {
        await once(server, "listening");
      } catch (cause) {
        throw listenError(cause, address, "--otlp-http");
      }
      const bound = server.address() as AddressInfo;
      stats.address = formatAddress({ host: address.host, port: bound.port });
      return { host: address.host, port: bound.port };
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      // Those under way end their connection with the answer, since nobody would come back to it.
      for (const response of open) if (!response.headersSent) response.setHeader("Connection", "close");
      const cancel = clock.after(limits.stopGraceMs.value, () => server.closeAllConnections());
      await closed;
      cancel();
    },
  };
}
