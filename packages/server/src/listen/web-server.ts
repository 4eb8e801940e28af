import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { ServerTls } from "./server-tls.ts";

export interface WebServerTls {
  readonly tls: ServerTls | undefined;
  /** The setting that has its address. */
  readonly listener: string;
}

/** A server of HTTP/1.1, over TLS where there is a certificate. No browser is to guess what an answer of it is. */
export function createWebServer(
  { tls, listener }: WebServerTls,
  options: ServerOptions,
  answer: RequestListener,
): Server {
  const answerAsIs: RequestListener = (request, response) => {
    response.setHeader("x-content-type-options", "nosniff");
    answer(request, response);
  };
  if (tls === undefined) return createServer(options, answerAsIs);
  const server = createTlsServer({ ...options, ...tls.serverOptions }, answerAsIs);
  tls.follow(server, listener);
  return server;
}
