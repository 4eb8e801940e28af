/**
 * Which instrumentations are wanted: OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS, lists such as
 * `pg,undici`, as OpenTelemetry's own auto-instrumentation reads them.
 */
export function isWanted(
  name: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const list = (variable: string) =>
    environment[variable]
      ?.split(",")
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== "");
  const enabled = list("OTEL_NODE_ENABLED_INSTRUMENTATIONS") ?? [];
  const isEnabled = enabled.length === 0 || enabled.includes(name);
  return isEnabled && list("OTEL_NODE_DISABLED_INSTRUMENTATIONS")?.includes(name) !== true;
}
