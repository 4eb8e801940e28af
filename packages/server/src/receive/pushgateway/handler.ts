import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { SightglassError } from "../../model/errors.ts";
import type { Clock } from "../../model/clock.ts";
import { limits } from "../../model/limits.ts";
import type { Admission, Admitted } from "../admission.ts";
import type { AuthorizeRequest } from "../authorize-request.ts";
import { readBody } from "../body.ts";
import type { ReceiverStats } from "../receiver-stats.ts";
import { refuse } from "../refuse.ts";
import { apiMetrics } from "./api-metrics.ts";
import { isPushPath, readGrouping } from "./grouping.ts";
import type { Pushgateway } from "./pushgateway.ts";

export interface PushgatewayHandlerOptions {
  readonly pushgateway: Pushgateway;
  readonly authorize: AuthorizeRequest;
  readonly clock: Clock;
  /** Shared by all receivers. */
  readonly admission: Admission;
  readonly stats: ReceiverStats;
  /** Told of errors of the catalogue's code `internal`, whose text the client does not get. */
  readonly onInternalError: (error: unknown) => void;
}

const queryPath = "/api/v1/metrics";

/**
 * Whether a request for this URL belongs to the Pushgateway: `/metrics/job/...` and its query API. `/metrics` itself is
 * the server's own.
 */
export function isPushgatewayPath(url: string): boolean {
  const path = pathOf(url);
  return path === queryPath || isPushPath(path);
}

/** The Pushgateway's HTTP API as a handler of `node:http`: 200 for what was pushed, 202 for what was deleted. */
export function createPushgatewayHandler(options: PushgatewayHandlerOptions): RequestListener {
  return (request, response) => {
    void handle(request, response, options);
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: PushgatewayHandlerOptions,
): Promise<void> {
  const { stats } = options;
  const path = pathOf(request.url ?? "/");
  try {
    if (path === queryPath) query(request, response, options);
    else {
      stats.requests++;
      response.writeHead(await change(request, path, options)).end();
    }
  } catch (error) {
    refuse(request, response, error, {
      ...options,
      allow: path === queryPath ? "GET" : "PUT, POST, DELETE",
      answer: ({ httpStatus, message }) => {
        response.writeHead(httpStatus, { "Content-Type": "text/plain; charset=utf-8" }).end(`${message}\n`);
      },
    });
  }
}

/** @returns the status of the answer */
async function change(request: IncomingMessage, path: string, options: PushgatewayHandlerOptions): Promise<number> {
  const { pushgateway, admission } = options;
  const { method } = request;
  if (method !== "PUT" && method !== "POST" && method !== "DELETE") {
    throw new SightglassError("method_not_allowed", `${method ?? ""} is not possible here`, {
      hint: "push with PUT or POST, delete with DELETE; GET /metrics has the server's own metrics",
    });
  }
  options.authorize(request, "ingest");
  const grouping = readGrouping(path);
  let admitted: Admitted | undefined;
  try {
    admitted = admission.enter();
    if (method === "DELETE") {
      await pushgateway.delete(grouping);
      return 202;
    }
    const { hold } = admitted;
    const body = await readBody(request, { bytesMax: limits.requestBodyBytesMax.value, hold });
    const contentType = request.headers["content-type"];
    await pushgateway.push({ grouping, contentType, body, isReplacing: method === "PUT" });
    return 200;
  } finally {
    admitted?.leave();
  }
}

function query(request: IncomingMessage, response: ServerResponse, options: PushgatewayHandlerOptions): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new SightglassError("method_not_allowed", `${request.method ?? ""} ${queryPath} is not possible`, {
      hint: "use GET",
    });
  }
  options.authorize(request, "read");
  const body = JSON.stringify({ status: "success", data: apiMetrics(options.pushgateway.groups) });
  response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(body);
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
