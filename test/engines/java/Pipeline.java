import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.logging.Logger;

/** A pipeline in plain OpenTelemetry, whose load fails. What is sent, and where to, is said by OTEL_ variables. */
public class Pipeline {
  public static void main(String[] args) {
    OpenTelemetry telemetry = GlobalOpenTelemetry.get();
    Tracer tracer = telemetry.getTracer("shop", "1.2.0");
    Span run =
        tracer
            .spanBuilder("nightly")
            .setAttribute("pipeline.name", args[0])
            .setAttribute("pipeline.partition.key", "2001-01-13")
            .startSpan();
    try (Scope ignored = run.makeCurrent()) {
      extract(telemetry, tracer);
      load(tracer);
    } finally {
      run.end();
    }
  }

  static void extract(OpenTelemetry telemetry, Tracer tracer) {
    Span span = tracer.spanBuilder("extract").startSpan();
    try (Scope ignored = span.makeCurrent()) {
      span.setAttribute("pipeline.stage", "extract")
          .setAttribute("pipeline.records.read", 10)
          .setAttribute("pipeline.records.written", 10)
          .setAttribute("ratio", 0.5)
          .setAttribute("dry", true)
          .setAttribute(AttributeKey.stringArrayKey("files"), List.of("a.csv", "b.csv"));
      Logger.getLogger("shop").warning("b.csv is slow");
      telemetry
          .getLogsBridge()
          .get("shop")
          .logRecordBuilder()
          .setSeverity(Severity.ERROR)
          .setBody("b.csv has no header")
          .setAttribute(AttributeKey.stringKey("file"), "b.csv")
          .emit();
      telemetry
          .getMeter("shop")
          .counterBuilder("orders")
          .build()
          .add(10, Attributes.of(AttributeKey.stringKey("region"), "eu"));
      var latency = telemetry.getMeter("shop").histogramBuilder("latency").setUnit("s").build();
      for (double seconds : new double[] {0.1, 0.2, 3}) latency.record(seconds);
    } finally {
      span.end();
    }
  }

  static void load(Tracer tracer) {
    Span span = tracer.spanBuilder("load").startSpan();
    try (Scope ignored = span.makeCurrent()) {
      span.setAttribute("pipeline.stage", "load")
          .setAttribute("pipeline.records.read", 10)
          .setAttribute("pipeline.records.written", 7);
      throw new IllegalStateException("no such table");
    } catch (IllegalStateException error) {
      span.recordException(error).setStatus(StatusCode.ERROR, error.getMessage());
    } finally {
      span.end();
    }
  }
}
