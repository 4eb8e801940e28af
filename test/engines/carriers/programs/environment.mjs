import { spawnSync } from "node:child_process";
import { environment } from "@sightglass/sdk/carriers";

export function produce() {
  const env = { ...environment.inject(), OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT };
  const args = [new URL("main.mjs", import.meta.url).pathname, "environment", "consume"];
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

export const consume = () => environment.extract();
