"""A pipeline in plain OpenTelemetry: the attributes are all that Sightglass needs.

    pip install -r requirements.txt
    python pipeline.py
    sightglass run --pipeline nightly -- python pipeline.py     # nests below the command's run

Sends to OTEL_EXPORTER_OTLP_ENDPOINT, else to http://127.0.0.1:4318.
"""

import os
import uuid
from datetime import date

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "orders-py"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("orders")

# What `sightglass run`, Airflow or any other parent handed down, if there is one.
carrier = {key: os.environ[key.upper()] for key in ("traceparent", "tracestate", "baggage") if key.upper() in os.environ}

ORDERS = [
    {"id": 1, "amount": "12.50"},
    {"id": 2, "amount": "n/a"},
    {"id": 3, "amount": "-1"},
    {"id": 3, "amount": "-1"},
    {"id": 4, "amount": "8.00"},
]


def extract(identity):
    source = {"pipeline.source.system": "csv", "pipeline.source.table": "orders.csv"}
    with tracer.start_as_current_span("extract", attributes=identity | source | {"pipeline.stage": "extract"}) as span:
        span.set_attribute("pipeline.records.read", len(ORDERS))
        span.set_attribute("pipeline.records.written", len(ORDERS))
        return ORDERS


def validate(identity, orders):
    with tracer.start_as_current_span("validate", attributes=identity | {"pipeline.stage": "validate"}) as span:
        good, seen, failed, filtered, deduplicated = [], set(), 0, 0, 0
        for order in orders:
            if order["id"] in seen:
                deduplicated += 1
                continue
            seen.add(order["id"])
            try:
                amount = float(order["amount"])
            except ValueError:
                failed += 1
                span.add_event("pipeline.record.failed", {"pipeline.failure.reason": "amount_is_no_number"})
                continue
            if amount < 0:
                filtered += 1
                continue
            good.append(order | {"amount": amount})
        span.set_attribute("pipeline.records.read", len(orders))
        span.set_attribute("pipeline.records.written", len(good))
        span.set_attribute("pipeline.records.failed", failed)
        span.set_attribute("pipeline.records.filtered", filtered)
        span.set_attribute("pipeline.records.deduplicated", deduplicated)
        return good


def load(identity, orders):
    sink = {"pipeline.sink.system": "stdout"}
    with tracer.start_as_current_span("load", attributes=identity | sink | {"pipeline.stage": "load"}) as span:
        for order in orders:
            print(order)
        span.set_attribute("pipeline.records.read", len(orders))
        span.set_attribute("pipeline.records.written", len(orders))


identity = {
    "pipeline.name": "orders",
    "pipeline.run.id": str(uuid.uuid4()),
    "pipeline.partition.key": date.today().isoformat(),
}
run = identity | {"pipeline.kind": "run"}
# An exception that leaves a `with` block ends its span with status ERROR and the exception, and goes on.
with tracer.start_as_current_span("orders", context=propagate.extract(carrier), attributes=run):
    load(identity, validate(identity, extract(identity)))
provider.shutdown()
