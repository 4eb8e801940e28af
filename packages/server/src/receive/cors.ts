import type { IncomingMessage, ServerResponse } from "node:http";

const preflightMaxAgeSeconds = 7200;

/**
 * Lets browsers of the configured origins send (`*` is any). Without origins nothing is added, which browsers take as no.
 * @returns whether the request was a preflight and has been answered
 */
export function handleCors(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): boolean {
  if (origins.length === 0) return false;
  const { origin } = request.headers;
  response.setHeader("Vary", "Origin");
  if (origin === undefined || !(origins.includes("*") || origins.includes(origin))) return false;
  response.setHeader("Access-Control-Allow-Origin", origin);
  // `navigator.sendBeacon`, which older OpenTelemetry exporters use, always asks for it.
  response.setHeader("Access-Control-Allow-Credentials", "true");
  response.setHeader("Access-Control-Expose-Headers", "Retry-After");
  if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
  response.setHeader("Access-Control-Allow-Methods", "POST");
  response.setHeader(
    "Access-Control-Allow-Headers",
    request.headers["access-control-request-headers"] ?? "content-type, content-encoding, authorization",
  );
  response.setHeader("Access-Control-Max-Age", String(preflightMaxAgeSeconds));
  response.writeHead(204).end();
  return true;
}
