import type { Environment } from "./settings.ts";
import { formatTraceparent, type TraceContext } from "./trace-context.ts";

export interface ChildEnvironmentOptions {
  readonly environment: Environment;
  readonly context: TraceContext;
  readonly endpoint: string | undefined;
  readonly pipeline: string;
  readonly runId: string;
}

/**
 * What the command gets: our own environment; the trace to continue (TRACEPARENT, TRACESTATE and BAGGAGE as they
 * are; OpenTelemetry, "Environment variables as context propagation carriers"); and where to send what it emits itself,
 * unless that is set already.
 */
export function childEnvironment(options: ChildEnvironmentOptions): Record<string, string> {
  const { environment, context, endpoint, pipeline, runId } = options;
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) child[name] = value;
  child["TRACEPARENT"] = formatTraceparent(context);
  // dbt keeps variables of this prefix in its artifacts, which joins them with the trace.
  child["DBT_ENV_CUSTOM_ENV_TRACEPARENT"] = child["TRACEPARENT"];
  delete child["TRACESTATE"];
  if (context.traceState !== undefined) child["TRACESTATE"] = context.traceState;
  const about = `pipeline.name=${encodeURIComponent(pipeline)},pipeline.run.id=${encodeURIComponent(runId)}`;
  const given = child["OTEL_RESOURCE_ATTRIBUTES"]?.trim();
  child["OTEL_RESOURCE_ATTRIBUTES"] = given === undefined || given === "" ? about : `${given},${about}`;
  if (endpoint !== undefined && child["OTEL_EXPORTER_OTLP_ENDPOINT"] !== endpoint) {
    child["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
    // Without this, some SDKs (Python's) would speak gRPC to an HTTP port.
    child["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
  }
  return child;
}
