import { SightglassError } from "../../model/errors.ts";
import type { ClientFiles } from "../client.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where telemetry goes. */
export interface Destination {
  /** What the command gets as OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly tracesUrl: string;
  readonly logsUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

const endpointDefault = "http://127.0.0.1:4318";

/**
 * Reads the destination from `--endpoint` and the OpenTelemetry variables (specification, "OTLP exporter
 * configuration"). Undefined with OTEL_SDK_DISABLED=true. Throws `invalid_argument` for an address that is none.
 */
export function destinationOf(endpoint: string | undefined, environment: Environment): Destination | undefined {
  if (environment["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return undefined;
  const general = endpoint ?? text(environment, "OTEL_EXPORTER_OTLP_ENDPOINT") ?? endpointDefault;
  const own = (signal: string) =>
    endpoint === undefined ? text(environment, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) : undefined;
  const base = checked(general).replace(/\/+$/, "");
  return {
    endpoint: base,
    tracesUrl: checked(own("TRACES") ?? `${base}/v1/traces`),
    logsUrl: checked(own("LOGS") ?? `${base}/v1/logs`),
    headers: headersOf(text(environment, "OTEL_EXPORTER_OTLP_HEADERS") ?? ""),
  };
}

/** The certificates that the OpenTelemetry variables name. */
export function clientFilesOf(environment: Environment): ClientFiles {
  return {
    ca: text(environment, "OTEL_EXPORTER_OTLP_CERTIFICATE"),
    cert: text(environment, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"),
    key: text(environment, "OTEL_EXPORTER_OTLP_CLIENT_KEY"),
  };
}

function text(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === "" ? undefined : value;
}

function checked(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new SightglassError("invalid_argument", `the endpoint "${url}" is not an http or https URL`, {
    hint: `give the base address of an OTLP/HTTP receiver, for example --endpoint ${endpointDefault}`,
  });
}

/** `key=value,key2=value2`, percent-encoded; what cannot be read is left out. */
function headersOf(list: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of list.split(",")) {
    const equals = pair.indexOf("=");
    if (equals <= 0) continue;
    try {
      headers[pair.slice(0, equals).trim()] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      // Not percent-encoded after all.
      headers[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
    }
  }
  return headers;
}
