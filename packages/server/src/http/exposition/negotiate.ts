import { type EscapingScheme, escapingSchemes } from "./escape-name.ts";

export interface ExpositionFormat {
  readonly kind: "text" | "protobuf";
  readonly escaping: EscapingScheme;
  readonly contentType: string;
}

/** The format that a scraper likes best of those that are known, from its Accept header; text 0.0.4 without one. */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  const wanted = (accept ?? "")
    .split(",")
    .map(parseMediaType)
    .sort((a, b) => b.quality - a.quality);
  for (const { type, parameters } of wanted) {
    const escaping = escapingSchemes.find((scheme) => scheme === parameters.get("escaping")) ?? "underscores";
    const suffix = parameters.has("escaping") ? `; escaping=${escaping}` : "";
    if (type === protobufType && parameters.get("proto") === family && parameters.get("encoding") === "delimited") {
      const contentType = `${protobufType}; proto=${family}; encoding=delimited${suffix}`;
      return { kind: "protobuf", escaping, contentType };
    }
    const version = parameters.get("version") ?? "0.0.4";
    if (type === "text/plain" && (version === "0.0.4" || version === "1.0.0")) {
      return { kind: "text", escaping, contentType: `text/plain; version=${version}; charset=utf-8${suffix}` };
    }
  }
  return { kind: "text", escaping: "underscores", contentType: "text/plain; version=0.0.4; charset=utf-8" };
}

const protobufType = "application/vnd.google.protobuf";
const family = "io.prometheus.client.MetricFamily";

function parseMediaType(text: string): { type: string; quality: number; parameters: Map<string, string> } {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => {
      const [key = "", value = ""] = part.split("=", 2);
      return [key.toLowerCase(), value.replace(/^"(.*)"$/, "$1")] as const;
    }),
  );
  const quality = Number(parameters.get("q") ?? 1);
  return { type: type.toLowerCase(), quality: Number.isFinite(quality) ? quality : 0, parameters };
}
