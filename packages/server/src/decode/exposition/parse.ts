import { SightglassError } from "../../model/errors.ts";
import type { ExpositionVisitor } from "./exposition.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import { parseProtobuf } from "./protobuf.ts";
import type { ProtobufOptions } from "./protobuf-emit.ts";
import { parseText } from "./text.ts";

/** Prometheus' names for the formats (configuration, `scrape_protocols`), and how a client asks for each. */
export const scrapeProtocols = {
  PrometheusProto: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
  "PrometheusText1.0.0": "text/plain;version=1.0.0",
  "PrometheusText0.0.4": "text/plain;version=0.0.4",
  "OpenMetricsText1.0.0": "application/openmetrics-text;version=1.0.0",
  "OpenMetricsText0.0.1": "application/openmetrics-text;version=0.0.1",
} as const;
/** How a target may be asked to write names that are not of the legacy alphabet (`escaping=`). */
export const escapingSchemes = ["allow-utf-8", "underscores", "dots", "values"] as const;
export type EscapingScheme = (typeof escapingSchemes)[number];

export type ScrapeProtocol = keyof typeof scrapeProtocols;
export const scrapeProtocolNames = Object.keys(scrapeProtocols) as [ScrapeProtocol, ...ScrapeProtocol[]];

export interface ParseOptions extends ProtobufOptions {
  /** What to take the body for when its Content-Type names no format; without it such a body is refused. */
  readonly fallback: ScrapeProtocol | undefined;
}

/**
 * Reads a scraped body, in the format that its Content-Type names.
 * @throws SightglassError invalid_argument (with the position), unsupported_media_type
 */
export function parseExposition(
  body: Uint8Array,
  contentType: string | undefined,
  visitor: ExpositionVisitor,
  options: ParseOptions,
): void {
  const format = formatOf(contentType) ?? (options.fallback === undefined ? undefined : families[options.fallback]);
  if (format === "text") parseText(body, visitor);
  else if (format === "openmetrics") parseOpenMetrics(body, visitor);
  else if (format === "protobuf") parseProtobuf(body, visitor, options);
  else throw unknownFormat(contentType);
}

type Format = "text" | "openmetrics" | "protobuf";

const families: Record<ScrapeProtocol, Format> = {
  PrometheusProto: "protobuf",
  "PrometheusText1.0.0": "text",
  "PrometheusText0.0.4": "text",
  "OpenMetricsText1.0.0": "openmetrics",
  "OpenMetricsText0.0.1": "openmetrics",
};

/** The format of a Content-Type, undefined when it names none of them. */
export function formatOf(contentType: string | undefined): Format | undefined {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (type === "text/plain") return "text";
  if (type === "application/openmetrics-text") return "openmetrics";
  const isFamily = parameters.includes("proto=io.prometheus.client.metricfamily");
  return type === "application/vnd.google.protobuf" && isFamily && parameters.includes("encoding=delimited")
    ? "protobuf"
    : undefined;
}

function unknownFormat(contentType: string | undefined): SightglassError {
  const what = contentType === undefined ? "there is no Content-Type" : `Content-Type ${contentType} is not known`;
  return new SightglassError("unsupported_media_type", `${what}; set fallback_scrape_protocol to read the body anyway`);
}
