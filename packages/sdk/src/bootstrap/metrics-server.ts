import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { exposition, expositionType } from "../metrics/exposition.ts";
import type { OnDemandReader } from "./metric-reader.ts";

/** `/metrics` for Prometheus. It does not keep the process alive, and a port that is taken is only reported. */
export class MetricsServer {
  readonly reader: OnDemandReader;
  readonly #complain: (text: string) => void;
  #server: Server | undefined;

  constructor(reader: OnDemandReader, complain: (text: string) => void) {
    this.reader = reader;
    this.#complain = complain;
  }

  /** Resolves with the port, or undefined when there is none to be had. Never rejects. */
  listen({ host, port }: { host: string; port: number }): Promise<number | undefined> {
    const server = process
      .getBuiltinModule("node:http")
      .createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    return new Promise((resolve) => {
      server.on("connection", (socket) => socket.unref());
      server.on("error", (error) => {
        this.#complain(`/metrics cannot be served on ${host}:${port} (${error.message}); the pipeline goes on`);
        resolve(undefined);
      });
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === "object" ? address?.port : undefined);
      });
      server.unref();
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server?.listening !== true) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? "").split("?");
    if (path !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("the metrics are at /metrics\n");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    try {
      const { resourceMetrics } = await this.reader.collect();
      response.writeHead(200, { "content-type": expositionType });
      response.end(request.method === "HEAD" ? undefined : exposition(resourceMetrics));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(`the metrics cannot be collected: ${reason}\n`);
    }
  }
}
