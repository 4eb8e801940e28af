import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { ServerTls } from "./server-tls.ts";

export interface WebServerTls {
  readonly tls: ServerTls | undefined;
  /** The setting that has its address. */
  readonly listener: string;
}

/** A server of HTTP/1.1, over TLS where there is a certificate. */
export function createWebServer(
  { tls, listener }: WebServerTls,
  options: ServerOptions,
  answer: RequestListener,
): Server {
  if (tls === undefined) return createServer(options, answer);
  const server = createTlsServer({ ...options, ...tls.serverOptions }, answer);
  tls.follow(server, listener);
  return server;
}
