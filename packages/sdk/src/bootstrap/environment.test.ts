import { describe, expect, it } from "vitest";
import { readSettings } from "./environment.ts";

describe("settings", () => {
  it("default to a server on this machine", () => {
    const settings = readSettings({});
    expect(settings.traces).toEqual({
      exporter: "otlp",
      url: "http://127.0.0.1:4318/v1/traces",
      encoding: "protobuf",
      headers: {},
      compression: "none",
      timeoutMs: 10_000,
      tls: {},
      queueItemsMax: 4096,
      batchItemsMax: 512,
      delayMs: 1000,
    });
    expect(settings.logs.url).toBe("http://127.0.0.1:4318/v1/logs");
    expect(settings.logs.delayMs).toBe(1000);
    expect(settings).toMatchObject({ isDisabled: false, propagators: ["tracecontext", "baggage"], problems: [] });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1" }, "http://c:1/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1/base/" }, "http://c:1/base/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/t" }, "https://c/t"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://d/x" }, "http://d/x"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: " " }, "http://127.0.0.1:4318/v1/traces"],
  ])("%j sends traces to %s", (environment, url) => {
    expect(readSettings(environment).traces.url).toBe(url);
  });

  it("put what the code says before the environment", () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://d/x" };
    const settings = readSettings(environment, { endpoint: "http://code:2", headers: { a: "code" } });
    expect(settings.traces).toMatchObject({ url: "http://code:2/v1/traces", headers: { a: "code" } });
  });

  it("read the rest of the OTLP variables, the signal's own before the general ones", () => {
    const settings = readSettings({
      OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=two%20words",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=3",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "700",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_BSP_MAX_QUEUE_SIZE: "10",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "5",
      OTEL_BLRP_SCHEDULE_DELAY: "60",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_PROPAGATORS: "tracecontext, b3",
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: "9",
      OTEL_SDK_DISABLED: "TRUE",
    });
    expect(settings.traces).toMatchObject({
      headers: { a: "3", b: "two words" },
      timeoutMs: 500,
      compression: "gzip",
      encoding: "protobuf",
      delayMs: 50,
      queueItemsMax: 10,
      batchItemsMax: 5,
      exporter: "otlp",
    });
    expect(settings.logs).toMatchObject({ timeoutMs: 700, encoding: "json", delayMs: 60, exporter: "none" });
    expect(settings).toMatchObject({
      propagators: ["tracecontext", "b3"],
      logAttributeCountMax: 9,
      isDisabled: true,
      problems: [],
    });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }, 'the endpoint "localhost:4318" is not an http or https URL'],
    [{ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "x" }, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, '"grpc" is not supported here'],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "soon" }, 'OTEL_EXPORTER_OTLP_TIMEOUT="soon" is not a positive number'],
    [{ OTEL_TRACES_EXPORTER: "zipkin" }, 'OTEL_TRACES_EXPORTER="zipkin" is none of otlp, console and none'],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: "/no/such/file" }, "cannot read the TLS file /no/such/file"],
  ])("%j is reported, and the default holds", (environment, problem) => {
    const settings = readSettings(environment);
    expect(settings.problems.join()).toContain(problem);
    expect(settings.traces).toEqual(readSettings({}).traces);
  });
});
