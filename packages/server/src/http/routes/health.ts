import { Hono } from "hono";
import type { HealthResponse } from "../contract.ts";

export interface HealthRoutesDeps {
  health: (question: "all" | "ready" | "live") => Promise<HealthResponse>;
}

/** `/health` (every part), `/health/ready` (may get traffic), `/health/live` (the process answers). */
export function healthRoutes({ health }: HealthRoutesDeps): Hono {
  const app = new Hono();
  const paths = { "/health": "all", "/health/ready": "ready", "/health/live": "live" } as const;
  for (const [path, question] of Object.entries(paths))
    app.get(path, async (context) => {
      const answer = await health(question);
      return context.json(answer satisfies HealthResponse, answer.status === "ok" ? 200 : 503);
    });
  return app;
}
