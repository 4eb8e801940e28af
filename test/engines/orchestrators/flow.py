"""A flow whose spans go where OTEL_EXPORTER_OTLP_ENDPOINT says."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prefect import flow, task

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

tries = 0


@task
def extract():
    return 3


@task(retries=1, retry_delay_seconds=0)
def transform(rows):
    global tries
    tries += 1
    if tries == 1:
        raise OSError("the source is slow")
    return rows


@task(task_run_name="part-{number}")
def part(number): ...


@task
def load(rows):
    raise ValueError("a row without a key")


@flow
def publish():
    extract()


@flow
def shop():
    trace.get_current_span().set_attribute("pipeline.name", "shop")
    rows = transform(extract())
    part.map([1, 2]).wait()
    publish()
    load(rows)


def say_the_end(flow, flow_run, state):
    """The span of a flow that is tried again ends with its first attempt: this one says how the run ended."""
    attributes = {
        "pipeline.name": flow.name,
        "pipeline.run.id": str(flow_run.id),
        "pipeline.kind": "run",
        "pipeline.status": state.type.value.lower(),
    }
    trace.get_tracer("hook").start_span(flow_run.name, attributes=attributes).end()


nights = 0


@flow(retries=1, on_completion=[say_the_end], on_failure=[say_the_end])
def nightly():
    global nights
    nights += 1
    extract()
    if nights == 1:
        raise OSError("the source is away")


nightly()
try:
    shop()
except ValueError:
    pass
provider.shutdown()
