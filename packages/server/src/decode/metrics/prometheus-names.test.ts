import { describe, expect, it } from "vitest";
import {
  type MetricKind,
  plainDecimal,
  PrometheusNames,
  type TranslationStrategy,
  unitName,
} from "./prometheus-names.ts";

const names = (strategy: TranslationStrategy, rules: object = {}) =>
  new PrometheusNames({
    strategy,
    labelUnderscoreSanitization: true,
    labelPreserveMultipleUnderscores: true,
    ...rules,
  });
const escaped = names("UnderscoreEscapingWithSuffixes");
const escapedOnly = names("UnderscoreEscapingWithoutSuffixes");
const suffixed = names("NoUTF8EscapingWithSuffixes");
const untouched = names("NoTranslation");

/** Expected are the answers of Prometheus' own library (otlptranslator 1.0.0). */
describe("metric names by strategy", () => {
  it.each([
    // name, unit, kind: escaped and suffixed | escaped | suffixed | as it is
    [
      "http.server.duration",
      "ms",
      "histogram",
      "http_server_duration_milliseconds|http_server_duration|http.server.duration_milliseconds",
    ],
    [
      "http.server.requests",
      "1",
      "counter",
      "http_server_requests_total|http_server_requests|http.server.requests_total",
    ],
    ["requests_total", "", "counter", "requests_total|requests_total|requests_total"],
    ["total.requests", "", "counter", "requests_total|total_requests|total.requests_total"],
    ["cpu.utilization", "1", "gauge", "cpu_utilization_ratio|cpu_utilization|cpu.utilization_ratio"],
    ["cpu.ratio.used", "1", "gauge", "cpu_used_ratio|cpu_ratio_used|cpu.ratio.used_ratio"],
    ["cpu.ratio", "1", "gauge", "cpu_ratio|cpu_ratio|cpu_ratio"],
    ["cpu.time", "1", "sum", "cpu_time|cpu_time|cpu.time"],
    ["disk.io", "By/s", "gauge", "disk_io_bytes_per_second|disk_io|disk.io_bytes_per_second"],
    ["rows", "{row}/s", "gauge", "rows_per_second|rows|rows_per_second"],
    ["rows.per_second", "{row}/s", "gauge", "rows_per_second_per_second|rows_per_second|rows_per_second"],
    ["queue.size", "{items}", "gauge", "queue_size|queue_size|queue.size"],
    ["queue.size", "By{x}", "gauge", "queue_size|queue_size|queue.size"],
    ["speed", "m/s", "gauge", "speed_meters_per_second|speed|speed_meters_per_second"],
    ["speed", "mi/hr", "gauge", "speed_mi_per_hr|speed|speed_mi_per_hr"],
    ["area", "m^2", "gauge", "area_m_2|area|area_m^2"],
    ["disk", "TiBy", "sum", "disk_tebibytes|disk|disk_tebibytes"],
    ["2xx", "", "gauge", "_2xx|_2xx|2xx"],
    ["a__b", "", "gauge", "a_b|a__b|a__b"],
    ["_a_", "", "gauge", "a|_a_|_a_"],
    ["memory.bytes", "By", "sum", "memory_bytes|memory_bytes|memory.bytes"],
    ["job:rate", "", "gauge", "job:rate|job:rate|job:rate"],
    ["température", "Cel", "gauge", "temp_rature_celsius|temp_rature|température_celsius"],
    ["!!", "", "gauge", "undefined|undefined|!!"],
    ["", "s", "gauge", "seconds|undefined|_seconds"],
  ] as [string, string, MetricKind, string][])("%s in %j as %s", (name, unit, kind, expected) => {
    const all = [escaped, escapedOnly, suffixed].map((strategy) => String(strategy.metric(name, unit, kind)));
    expect(all.join("|")).toBe(expected);
    expect(untouched.metric(name, unit, kind)).toBe(name === "" ? undefined : name);
  });
});

describe("labels", () => {
  const bare = { labelUnderscoreSanitization: false };
  const collapsed = { labelPreserveMultipleUnderscores: false };
  it.each([
    // key: as by default | without key before _ | with one _ for several
    ["http.method", "http_method|http_method|http_method"],
    ["a..b__c", "a__b__c|a__b__c|a_b_c"],
    ["1st", "key_1st|key_1st|key_1st"],
    ["_private", "key_private|_private|key_private"],
    ["__name", "__name|__name|key_name"],
    ["__a..b__", "__a__b__|__a__b__|__a_b__"],
    ["größe😀", "gr__e_|gr__e_|gr_e_"],
    ["日本", "undefined|undefined|key_"],
    ["", "undefined|undefined|undefined"],
  ])("%s", (key, expected) => {
    const strategy = "UnderscoreEscapingWithSuffixes";
    const all = [{}, bare, collapsed].map((rules) => String(names(strategy, rules).label(key)));
    expect(all.join("|")).toBe(expected);
    expect(untouched.label(key)).toBe(key === "" ? undefined : key);
  });

  it("are never underscores only", () => expect(untouched.label("__")).toBeUndefined());
});

it.each([
  ["By/s", "bytes_per_second"],
  ["1", ""],
  ["{row}/min", "per_min"],
  ["m^2", "m_2"],
  ["°C", "C"],
])("the unit %s is told as %j", (unit, expected) => expect(unitName(unit)).toBe(expected));

it.each([
  [0.005, "0.005"],
  [1e-7, "0.0000001"],
  [1.5e21, "1500000000000000000000"],
  [-2.5e-8, "-0.000000025"],
  [Infinity, "+Inf"],
  [10, "10"],
])("%d is written %s", (number, decimal) => expect(plainDecimal(number)).toBe(decimal));
