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


try:
    shop()
except ValueError:
    pass
provider.shutdown()
