"""Sends one trace with the official exporters and prints what was sent, so that the test can compare."""

import json
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

protocol, endpoint = sys.argv[1:3]
if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=not endpoint.startswith("https:"))
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")


class Keep(SpanExporter):
    spans = []

    def export(self, spans):
        self.spans.extend(spans)
        return SpanExportResult.SUCCESS


provider = TracerProvider(resource=Resource({"service.name": "python-orders", "process.pid": 7, "ratio": 0.25}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
provider.add_span_processor(SimpleSpanProcessor(Keep()))
tracer = provider.get_tracer("python-tracer", "3.2.1")

linked = SpanContext(int("0af7651916cd43dd8448eb211c80319c", 16), int("b7ad6b7169203331", 16), True, TraceFlags(1))
attributes = {
    "text": "ünïcödé 🛬\nsecond line",
    "empty": "",
    "whole": 2**62 + 1,
    "negative": -1,
    "fraction": 1.0,
    "tiny": 5e-324,
    "yes": True,
    "texts": ["a", "b"],
    "numbers": [1, 2],
    "fractions": [0.5, 1.0],
    "bytes": b"\x00\xff",
}
with tracer.start_as_current_span("parent", kind=SpanKind.PRODUCER, attributes=attributes, links=[Link(linked, {"rows": 3})]):
    with tracer.start_as_current_span("child") as child:
        child.add_event("retry", {"attempt": 2})
        child.set_status(Status(StatusCode.ERROR, "boom"))
provider.shutdown()


def plain(value):
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    # JSON numbers in JavaScript are doubles: whole numbers travel as text, with their type.
    if isinstance(value, bool) or isinstance(value, str):
        return value
    return {"int": str(value)} if isinstance(value, int) else {"double": repr(value)}


def read(attributes):
    return {key: plain(value) for key, value in (attributes or {}).items()}


print(
    json.dumps(
        [
            {
                "traceId": format(span.context.trace_id, "032x"),
                "spanId": format(span.context.span_id, "016x"),
                "parentSpanId": format(span.parent.span_id, "016x") if span.parent else "",
                "name": span.name,
                "kind": span.kind.name.lower(),
                "status": span.status.status_code.name.lower(),
                "statusMessage": span.status.description or "",
                "startTimeUnixNano": str(span.start_time),
                "durationNs": span.end_time - span.start_time,
                "attributes": read(span.attributes),
                "events": [{"name": e.name, "timeUnixNano": str(e.timestamp), "attributes": read(e.attributes)} for e in span.events],
                "links": [{"spanId": format(l.context.span_id, "016x"), "attributes": read(l.attributes)} for l in span.links],
                "resource": read({k: v for k, v in span.resource.attributes.items()}),
            }
            for span in Keep.spans
        ]
    )
)
