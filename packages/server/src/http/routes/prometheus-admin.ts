import { Hono } from "hono";
import { SightglassError } from "../../model/errors.ts";
import { success } from "./prometheus-envelope.ts";

/** What Prometheus' API has and this server has not: said as Prometheus says it. */
export function prometheusAdminRoutes(): Hono {
  const app = new Hono();
  app.on(["POST", "PUT"], "/api/v1/admin/tsdb/:action{delete_series|clean_tombstones|snapshot}", () => {
    throw new SightglassError("unavailable", "admin APIs disabled", {
      hint: "samples leave by retention, and the data folder can be copied: docs/guides/operations.md",
    });
  });
  app.delete("/api/v1/series", () => {
    throw new SightglassError("not_implemented", "not implemented");
  });
  app.get("/api/v1/notifications", (context) => success(context, []));
  // "No content" tells an EventSource not to come again.
  app.get("/api/v1/notifications/live", (context) => context.body(null, 204));
  return app;
}
