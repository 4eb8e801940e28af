"""A task that goes on with the trace of the run's conf, and hands its own on as an XCom: docs/guides/boundaries/airflow.md."""

from airflow.sdk import dag, task
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


@dag(dag_id="handover", schedule=None)
def handover():
    @task
    def load(ti=None, dag_run=None):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
        parent = propagate.extract(dag_run.conf["airflow/dagrun_parent_trace_context"])
        with provider.get_tracer("handover").start_as_current_span("load in Airflow", context=parent):
            carrier = {}
            propagate.inject(carrier)
            ti.xcom_push("trace_context", carrier)

    load()


handover()
