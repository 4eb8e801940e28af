"""Sends every kind of instrument with the official exporters, in two collections; prints the trace of the exemplar."""

import sys

from opentelemetry import trace
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

protocol, endpoint, temporality = sys.argv[1:4]
if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

    options = {"endpoint": endpoint, "insecure": True}
else:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    options = {"endpoint": f"{endpoint}/v1/metrics"}

preferred = getattr(AggregationTemporality, temporality.upper())
kinds = {Counter: preferred, Histogram: preferred, ObservableCounter: preferred, UpDownCounter: AggregationTemporality.CUMULATIVE}
reader = PeriodicExportingMetricReader(
    OTLPMetricExporter(preferred_temporality=kinds, **options), export_interval_millis=3_600_000
)
resource = Resource(
    {"service.namespace": "shop", "service.name": f"python-{protocol}-{temporality}", "service.instance.id": "i-1"}
)
provider = MeterProvider(
    metric_readers=[reader],
    resource=resource,
    views=[View(instrument_name="payload", aggregation=ExponentialBucketHistogramAggregation())],
)
meter = provider.get_meter("shop-meter")
orders = meter.create_counter("orders", unit="{order}", description="Orders taken.")
in_flight = meter.create_up_down_counter("in_flight")
temperature = meter.create_gauge("temperature", unit="Cel")
latency = meter.create_histogram("latency", unit="ms")
payload = meter.create_histogram("payload", unit="By")
rounds = 0
meter.create_observable_counter("steps", callbacks=[lambda _options: [Observation(10 * rounds)]])

with TracerProvider().get_tracer("t").start_as_current_span("span") as span:
    for rounds in (1, 2):
        orders.add(3 if rounds == 1 else 5, {"region": "eu"})
        in_flight.add(5 if rounds == 1 else -2)
        temperature.set(20.5 + rounds)
        for value in (5, 80, 3000):
            latency.record(value)
        for value in (1, 2, 1000):
            payload.record(value)
        provider.force_flush()
    print(trace.format_trace_id(span.get_span_context().trace_id))
provider.shutdown()
