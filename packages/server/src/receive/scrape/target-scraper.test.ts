import { expect, it } from "vitest";
import { acceptOf } from "./target-scraper.ts";

it("asks for the formats in their order, and for names as the job takes them where the format knows of it", () => {
  const protocols = ["PrometheusProto", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText0.0.4"] as const;
  expect(acceptOf({ protocols, escaping: "dots" }).split(",")).toEqual([
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=dots;q=0.5",
    "application/openmetrics-text;version=1.0.0;escaping=dots;q=0.4",
    "application/openmetrics-text;version=0.0.1;q=0.3",
    "text/plain;version=0.0.4;q=0.2",
    "*/*;q=0.1",
  ]);
});
