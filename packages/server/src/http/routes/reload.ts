import { Hono } from "hono";
import type { Authorize } from "../../model/tokens.ts";

export interface ReloadDeps {
  authorize: Authorize;
  /** @throws SightglassError config_invalid */
  reload: () => Promise<void>;
}

/** `/-/reload`, as Prometheus has it: reads the configuration again. Needs the scope `admin`. */
export function reloadRoutes({ authorize, reload }: ReloadDeps): Hono {
  const app = new Hono();
  app.on(["POST", "PUT"], "/-/reload", async (context) => {
    authorize(context.req.header("authorization"), "admin");
    await reload();
    return context.text("");
  });
  return app;
}
