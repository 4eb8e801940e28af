import { type Context, context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent } from "../environment.ts";

/**
 * One line of text, for anything that can hold one: a database column, a file beside the data, a job's payload, a run's
 * configuration, an XCom, object metadata.
 */
export const traceparent = {
  /** The W3C traceparent of what is active; undefined when nothing is. */
  inject(from: Context = context.active()): string | undefined {
    const span = trace.getSpanContext(from);
    return span === undefined ? undefined : formatTraceparent(span);
  },

  /** A text that is no traceparent gives the root context. */
  extract(text: string | null | undefined): Context {
    const parent = parseTraceparent(text ?? "");
    return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  },
};
