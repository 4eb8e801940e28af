import { Hono, type MiddlewareHandler } from "hono";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import { nothingAt } from "./nothing-at.ts";
import { problemOf } from "./problem.ts";

export interface AppOptions {
  /** What each file under routes/ made, with whole paths inside (`/api/runs`). The first match wins. */
  routes: readonly Hono[];
  /** Told of every answer that is our fault (5xx). */
  onFault?: (fault: { method: string; path: string; error: unknown }) => void;
  concurrentRequestsMax?: number;
}

/** The HTTP application of port 4319: routes, and what they all share. It knows no query and no socket. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.use(endUnsentBody);
  app.use(limitConcurrency(options.concurrentRequestsMax ?? limits.concurrentRequestsMax.value));
  for (const routes of options.routes) app.route("/", routes);

  app.notFound((context) => {
    throw nothingAt(context.req);
  });
  app.onError((thrown, context) => {
    const problem = problemOf(thrown);
    if (problem.status >= 500) options.onFault?.({ method: context.req.method, path: context.req.path, error: thrown });
    if (problem.code === "method_not_allowed") problem.headers["allow"] = "GET, HEAD";
    return context.json(problem.body, problem.status, problem.headers);
  });
  return app;
}

/** The page needs nothing from elsewhere and no inline script; answers are never to be sniffed, framed or kept. */
const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "same-origin");
  headers.set("content-security-policy", contentSecurityPolicy);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};

/** A HEAD is answered by the route of GET, and what would be streamed is dropped: whoever makes it must be told, or goes on for ever. */
const endUnsentBody: MiddlewareHandler = async (context, next) => {
  await next();
  if (context.req.method === "HEAD") await context.res.body?.cancel();
};

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Counts requests until their handler has answered; a stream that goes on (live) is limited where it is made. */
function limitConcurrency(requestsMax: number): MiddlewareHandler {
  let open = 0;
  return async (_context, next) => {
    if (open >= requestsMax)
      throw new SightglassError("unavailable", `more than ${requestsMax} requests at once`, {
        hint: "send fewer at the same time, or try again",
        retryAfterMs: 1000,
      });
    open += 1;
    try {
      await next();
    } finally {
      open -= 1;
    }
  };
}
