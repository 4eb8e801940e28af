import {
  type Context,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  trace,
} from "@opentelemetry/api";

const scopeKey = createContextKey("@sightglass/sdk scope");

/** The key under which the API keeps the active span. It is not exported, but `setSpan` shows it to any context. */
const spanKey = seenSpanKey();

/** What a context is made of. */
interface SpanHolder {
  readonly span: Span;
}

/**
 * A context with a scope and its span, on top of another. OpenTelemetry's own context copies a map for each value that is
 * set, which is a third of what a stage would cost.
 */
class ScopeContext implements Context {
  readonly #parent: Context;
  readonly #scope: SpanHolder;

  constructor(parent: Context, scope: SpanHolder) {
    this.#parent = parent;
    this.#scope = scope;
  }

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.#scope.span;
    return key === scopeKey ? this.#scope : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#copied().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#copied().deleteValue(key);
  }

  #copied(): Context {
    return copiedContext(this.#parent, this.#scope);
  }
}

function copiedContext(parent: Context, scope: SpanHolder): Context {
  return trace.setSpan(parent, scope.span).setValue(scopeKey, scope);
}

/** `parent` with the span of `scope` as its active one. */
export function contextOfScope(parent: Context, scope: SpanHolder): Context {
  return spanKey === undefined ? copiedContext(parent, scope) : new ScopeContext(parent, scope);
}

/** What made the innermost span of ours in `context`. */
export function scopeIn(context: Context): unknown {
  return context.getValue(scopeKey);
}

function seenSpanKey(): symbol | undefined {
  let seen: symbol | undefined;
  const observer: Context = {
    getValue: () => undefined,
    setValue(key) {
      seen = key;
      return ROOT_CONTEXT;
    },
    deleteValue: () => ROOT_CONTEXT,
  };
  trace.setSpan(observer, trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
  return seen;
}
