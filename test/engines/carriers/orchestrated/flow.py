"""Runs the flow run that somebody else has created, as a worker does. Its spans go where OTEL_EXPORTER_OTLP_ENDPOINT says."""

import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.flow_engine import run_flow

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)


@flow
def load(): ...


with get_client(sync_client=True) as client:
    named = FlowRunFilter(name=FlowRunFilterName(any_=[os.environ["NAME"]]))
    [flow_run] = client.read_flow_runs(flow_run_filter=named)
run_flow(load, flow_run=flow_run)
provider.shutdown()
