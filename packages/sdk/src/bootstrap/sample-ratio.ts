/** One share of runs, or one for each environment that has its own: `{ production: 0.1 }`. */
export type SampleRatio = number | Readonly<Record<string, number>>;

/**
 * The share that the code asks for in this environment; undefined where it asks for none, so that everything is kept (or what
 * OTEL_TRACES_SAMPLER says). The environment is the resource's `deployment.environment.name`, else NODE_ENV, else `development`.
 */
export function ratioFor(
  wanted: SampleRatio | undefined,
  resource: Readonly<Record<string, unknown>>,
  nodeEnvironment: string | undefined,
): number | undefined {
  if (typeof wanted !== "object") return wanted;
  const named = resource["deployment.environment.name"] ?? resource["deployment.environment"] ?? nodeEnvironment;
  const name = typeof named === "string" && named !== "" ? named : "development";
  return Object.hasOwn(wanted, name) ? wanted[name] : undefined;
}
