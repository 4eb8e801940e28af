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

/**
 * A context with a span and its scope, on top of another. OpenTelemetry's own context copies a map for each value that is
 * set, which is a third of what a stage would cost.
 */
class ScopeContext implements Context {
  readonly #parent: Context;
  readonly #span: Span;
  readonly #scope: object;

  constructor(parent: Context, span: Span, scope: object) {
    this.#parent = parent;
    this.#span = span;
    this.#scope = scope;
  }

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.#span;
    return key === scopeKey ? this.#scope : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#copied().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#copied().deleteValue(key);
  }

  #copied(): Context {
    return copiedContext(this.#parent, this.#span, this.#scope);
  }
}

function copiedContext(parent: Context, span: Span, scope: object): Context {
  return trace.setSpan(parent, span).setValue(scopeKey, scope);
}

/** `parent` with `span` as its active span, made by `scope`. */
export function contextOfScope(parent: Context, span: Span, scope: object): Context {
  return spanKey === undefined ? copiedContext(parent, span, scope) : new ScopeContext(parent, span, scope);
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
