// Sends one span by each exporter, which know the server's authority from OTEL_EXPORTER_OTLP_CERTIFICATE alone.
import { OTLPTraceExporter as Grpc } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as Json } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as Protobuf } from "@opentelemetry/exporter-trace-otlp-proto";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";

const { OTEL_EXPORTER_OTLP_ENDPOINT: http, GRPC_ENDPOINT: grpc } = process.env;
const exporters = {
  grpc: new Grpc({ url: grpc }),
  json: new Json({ url: `${http}/v1/traces` }),
  protobuf: new Protobuf({ url: `${http}/v1/traces` }),
};
for (const [name, exporter] of Object.entries(exporters)) {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.getTracer("tls").startSpan(`over ${name}`).end();
  await provider.shutdown();
}
const telemetry = bootstrap({ service: "tls" });
await pipeline("over sdk", (run) => run.stage("load", () => {}));
await telemetry.shutdown();
