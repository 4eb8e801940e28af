import { Hono } from "hono";
import type { Asked } from "../listen/asked.ts";
import type { Authorize } from "../model/tokens.ts";

/** What comes after it is only for those whom `check` lets through. */
export function checkAsked(check: (asked: Asked) => void): Hono {
  const app = new Hono();
  app.use("*", async ({ req }, next) => {
    check({ method: req.method, header: (name) => req.header(name) });
    await next();
  });
  return app;
}

/**
 * What comes after it needs the scope `read`. A browser without a token is asked for one: any user name, and the token as
 * the password.
 */
export function authorizeReads(authorize: Authorize): Hono {
  const app = new Hono();
  app.use("*", async (context, next) => {
    try {
      authorize(context.req.header("authorization"), "read");
    } catch (error) {
      context.header("www-authenticate", 'Basic realm="Sightglass", charset="UTF-8"');
      throw error;
    }
    await next();
  });
  return app;
}
