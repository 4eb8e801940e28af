import { Hono } from "hono";
import type { Authorize } from "../../model/tokens.ts";

export interface ReloadDeps {
  authorize: Authorize;
  /** @returns settings that wait for the next start. @throws SightglassError config_invalid */
  reload: () => Promise<readonly string[]>;
}

/** `/-/reload`, as Prometheus has it: reads the configuration again. Needs the scope `admin`. */
export function reloadRoutes({ authorize, reload }: ReloadDeps): Hono {
  const app = new Hono();
  app.on(["POST", "PUT"], "/-/reload", async (context) => {
    authorize(context.req.header("authorization"), "admin");
    const waiting = await reload();
    return context.text(waiting.length === 0 ? "" : `these settings wait for the next start: ${waiting.join(", ")}\n`);
  });
  return app;
}
