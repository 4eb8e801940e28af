import { expect, it } from "vitest";
import { negotiateFormat } from "./negotiate.ts";

const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

it.each([
  [undefined, "text", "underscores", "text/plain; version=0.0.4; charset=utf-8"],
  ["*/*", "text", "underscores", "text/plain; version=0.0.4; charset=utf-8"],
  // Prometheus 3 without and with native histograms.
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,*/*;q=0.1",
    "text",
    "allow-utf-8",
    "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
  ],
  [
    `${protobuf};q=0.6,text/plain;version=0.0.4;q=0.2`,
    "protobuf",
    "underscores",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
  ],
  [
    `text/plain;version=0.0.4;escaping=dots;q=0.2, ${protobuf};escaping=values;q=0.1`,
    "text",
    "dots",
    "text/plain; version=0.0.4; charset=utf-8; escaping=dots",
  ],
  [
    "text/plain;version=0.0.4;escaping=odd",
    "text",
    "underscores",
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
  ],
])("%s is answered with %s", (accept, kind, escaping, contentType) =>
  expect(negotiateFormat(accept)).toEqual({ kind, escaping, contentType }),
);
