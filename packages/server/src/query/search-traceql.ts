import { type AnchoredRegexp, compileAnchored } from "@sightglass/promql";
import type { AttributeOperand, AttributeScope, Comparison, SpanField, SpanFilter } from "./search-filter.ts";
import { lexTraceql, traceqlError, unquote, type TraceqlToken } from "./search-traceql-lexer.ts";
import type { TraceExtent } from "./search-traces.ts";

export interface TraceqlQuery {
  filter: SpanFilter;
  /** Conditions on the whole trace (`trace:duration`, `rootName` ...); all must hold. */
  trace: (trace: TraceExtent) => boolean;
  /** Attributes that the query speaks of, which the answer shows: keys by scope. */
  selected: { scope: AttributeScope; key: string }[];
}

/**
 * Parses the part of TraceQL that finds spans: one spanset filter, or several joined by `||`, and `| select(...)`.
 * What TraceQL has beyond that (structure, aggregates, metrics) is refused with its position, never ignored.
 * @throws SightglassError invalid_argument
 */
export function parseTraceql(text: string): TraceqlQuery {
  return new TraceqlParser(text).query();
}

type Operand =
  | { type: "field"; field: SpanField }
  | { type: "attribute"; scope: AttributeScope; key: string }
  | { type: "trace"; field: "duration" | "rootName" | "rootService" }
  | { type: "root" }
  | { type: "value"; value: AttributeOperand; isDuration?: boolean }
  | { type: "name"; name: string };

const fields: Record<string, SpanField> = {
  name: "name",
  "span:name": "name",
  duration: "duration",
  "span:duration": "duration",
  status: "status",
  "span:status": "status",
  statusMessage: "statusMessage",
  "span:statusMessage": "statusMessage",
  kind: "kind",
  "span:kind": "kind",
  "span:id": "spanId",
  "span:parentID": "parentId",
  "trace:id": "traceId",
  "event:name": "eventName",
  "instrumentation:name": "scopeName",
  "instrumentation:version": "scopeVersion",
};

const traceFields: Record<string, "duration" | "rootName" | "rootService"> = {
  traceDuration: "duration",
  "trace:duration": "duration",
  rootName: "rootName",
  "trace:rootName": "rootName",
  rootServiceName: "rootService",
  "trace:rootService": "rootService",
};

const words: Partial<Record<SpanField, readonly string[]>> = {
  status: ["error", "ok", "unset"],
  kind: ["unspecified", "internal", "server", "client", "producer", "consumer"],
};

const structural = [">>", "<<", ">", "<", "~", "!>>", "!<<", "!>", "!<", "!~", "&>>", "&<<"];
const comparisons: readonly string[] = ["=", "!=", ">", ">=", "<", "<=", "=~", "!~"];
const mirrored: Partial<Record<Comparison, Comparison>> = { ">": "<", "<": ">", ">=": "<=", "<=": ">=" };

class TraceqlParser {
  readonly #tokens: TraceqlToken[];
  #next = 0;
  readonly #selected: TraceqlQuery["selected"] = [];
  readonly #traceConditions: ((trace: TraceExtent) => boolean)[] = [];
  /** Above 0 inside of `||` or `!`, where a condition on the trace cannot be taken apart from those on the span. */
  #alternatives = 0;

  constructor(text: string) {
    this.#tokens = lexTraceql(text);
  }

  query(): TraceqlQuery {
    const sets = [this.#spanset()];
    while (this.#accept("||")) {
      if (this.#traceConditions.length > 0)
        throw traceqlError("a condition on the trace cannot be joined by || here", this.#peek().at);
      this.#alternatives += 1;
      sets.push(this.#spanset());
    }
    this.#pipeline();
    const end = this.#peek();
    if (end.type !== "end") throw this.#unexpectedAfterSpanset(end);
    const first = sets[0];
    const conditions = this.#traceConditions;
    return {
      filter: sets.length === 1 && first !== undefined ? first : { kind: "or", parts: sets },
      trace: (trace) => conditions.every((condition) => condition(trace)),
      selected: this.#selected,
    };
  }

  #spanset(): SpanFilter {
    this.#expect("{", "a spanset filter begins with {");
    if (this.#accept("}")) return { kind: "constant", value: true };
    const filter = this.#or();
    this.#expect("}", "} or an operator is missing");
    return filter;
  }

  #pipeline(): void {
    while (this.#accept("|")) {
      const token = this.#take();
      if (token.type !== "word" || token.text !== "select")
        throw traceqlError("only select() is supported after |", token.at, "aggregates and metrics are not supported");
      this.#expect("(", "( is missing");
      do {
        const operand = this.#operand();
        if (operand.type === "attribute") this.#select(operand);
      } while (this.#accept(","));
      this.#expect(")", ") is missing");
    }
    this.#hints();
  }

  /** `with (most_recent=true)`: results always are the newest. */
  #hints(): void {
    const token = this.#peek();
    if (token.type !== "word" || token.text !== "with") return;
    this.#take();
    this.#expect("(", "( is missing");
    const name = this.#take();
    if (name.type !== "word" || name.text !== "most_recent")
      throw traceqlError("only the hint most_recent is supported", name.at);
    this.#expect("=", "= is missing");
    this.#take();
    this.#expect(")", ") is missing");
  }

  #or(): SpanFilter {
    const first = this.#attempt(() => this.#and());
    if (!this.#at("||")) return first.commit();
    this.#alternatives += 1;
    first.discard();
    const parts = [this.#and()];
    while (this.#accept("||")) parts.push(this.#and());
    this.#alternatives -= 1;
    return { kind: "or", parts };
  }

  /** Parses ahead to see whether `||` follows, because conditions on the trace are refused beside it. */
  #attempt(parse: () => SpanFilter): { commit: () => SpanFilter; discard: () => void } {
    const before = { next: this.#next, conditions: this.#traceConditions.length, selected: this.#selected.length };
    const filter = parse();
    return {
      commit: () => filter,
      discard: () => {
        this.#next = before.next;
        this.#traceConditions.length = before.conditions;
        this.#selected.length = before.selected;
      },
    };
  }

  #and(): SpanFilter {
    const parts = [this.#unary()];
    while (this.#accept("&&")) parts.push(this.#unary());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "and", parts };
  }

  #unary(): SpanFilter {
    if (this.#accept("!")) {
      this.#alternatives += 1;
      const part = this.#unary();
      this.#alternatives -= 1;
      return { kind: "not", part };
    }
    if (this.#accept("(")) {
      const filter = this.#or();
      this.#expect(")", ") is missing");
      return filter;
    }
    return this.#comparison();
  }

  #comparison(): SpanFilter {
    const at = this.#peek().at;
    const left = this.#operand();
    const token = this.#peek();
    if (token.type === "punctuation" && comparisons.includes(token.text)) {
      this.#take();
      const op = token.text as Comparison;
      const right = this.#operand();
      if (left.type === "value") return this.#condition(right, mirrored[op] ?? op, left, at);
      return this.#condition(left, op, right, at);
    }
    if (token.type === "punctuation" && /^[+*/^%]$/.test(token.text))
      throw traceqlError("arithmetic is not supported", token.at);
    if (left.type === "value" && left.value.type === "bool") return { kind: "constant", value: left.value.value };
    if (left.type === "attribute") {
      this.#select(left);
      return { kind: "attribute", scope: left.scope, key: left.key, op: "=", value: { type: "bool", value: true } };
    }
    throw traceqlError("a comparison is missing", token.at, "compare with one of = != > >= < <= =~ !~");
  }

  #condition(left: Operand, op: Comparison, right: Operand, at: number): SpanFilter {
    if (left.type === "root") return this.#rootCondition(op, right, at);
    if (left.type === "field") return fieldCondition(left.field, op, right, at);
    if (right.type !== "value") throw traceqlError("one side of a comparison must be a value", at);
    if (left.type === "trace") {
      if (this.#alternatives > 0)
        throw traceqlError(`a condition on the trace cannot stand in || or !`, at, "join it by && at the top");
      this.#traceConditions.push(traceCondition(left.field, op, right.value, at));
      return { kind: "constant", value: true };
    }
    if (left.type !== "attribute") throw traceqlError("one side of a comparison must be an attribute or a field", at);
    this.#select(left);
    const value = right.value;
    const isPattern = op === "=~" || op === "!~";
    if (isPattern && value.type !== "string") throw traceqlError("a pattern must be a string", at);
    const isOrder = op === ">" || op === ">=" || op === "<" || op === "<=";
    if (isOrder && (value.type === "bool" || value.type === "nil"))
      throw traceqlError(`${op} does not compare with ${value.type === "nil" ? "nil" : "a boolean"}`, at);
    return { kind: "attribute", scope: left.scope, key: left.key, op, value };
  }

  /** `nestedSetParent < 0` is how Grafana asks for root spans. */
  #rootCondition(op: Comparison, right: Operand, at: number): SpanFilter {
    const value = right.type === "value" && right.value.type === "number" ? right.value.value : Number.NaN;
    const isRoot: SpanFilter = { kind: "field", field: "parentId", op: "=", value: "0".repeat(16) };
    if ((op === "<" && value === 0) || (op === "=" && value === -1)) return isRoot;
    if (op === ">=" && value === 0) return { kind: "not", part: isRoot };
    throw traceqlError("nestedSetParent is supported as nestedSetParent < 0 (root spans) only", at);
  }

  #select(operand: { scope: AttributeScope; key: string }): void {
    const { scope, key } = operand;
    if (!this.#selected.some((known) => known.scope === scope && known.key === key))
      this.#selected.push({ scope, key });
  }

  #operand(): Operand {
    const token = this.#take();
    if (token.type === "string") return { type: "value", value: { type: "string", value: token.value } };
    if (token.type === "number") return { type: "value", value: { type: "number", value: token.value } };
    if (token.type === "duration")
      return { type: "value", isDuration: true, value: { type: "number", value: token.value } };
    if (token.type === "word") return wordOperand(token.text, token.at);
    if (token.type === "end") throw traceqlError("the query ends in the middle", token.at);
    throw traceqlError(`"${token.text}" is not expected here`, token.at);
  }

  #unexpectedAfterSpanset(token: TraceqlToken): Error {
    if (token.type === "punctuation" && (structural.includes(token.text) || token.text === "&&"))
      return traceqlError(
        `${token.text} between spansets is not supported`,
        token.at,
        "join conditions inside one { }",
      );
    return traceqlError("the end of the query is expected here", token.at);
  }

  #peek(): TraceqlToken {
    return this.#tokens[this.#next] as TraceqlToken;
  }

  #take(): TraceqlToken {
    const token = this.#peek();
    if (token.type !== "end") this.#next += 1;
    return token;
  }

  #at(text: string): boolean {
    const token = this.#peek();
    return token.type === "punctuation" && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#at(text)) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string, message: string): void {
    if (!this.#accept(text)) throw traceqlError(message, this.#peek().at);
  }
}

function wordOperand(text: string, at: number): Operand {
  if (text === "true" || text === "false") return { type: "value", value: { type: "bool", value: text === "true" } };
  if (text === "nil") return { type: "value", value: { type: "nil" } };
  if (text === "nestedSetParent" || text === "span:nestedSetParent") return { type: "root" };
  const field = fields[text];
  if (field !== undefined) return { type: "field", field };
  const traceField = traceFields[text];
  if (traceField !== undefined) return { type: "trace", field: traceField };
  const match = /^(span|resource|event|link|instrumentation|parent)?\.(.+)$/s.exec(text);
  if (match === null) return { type: "name", name: text };
  const [, scope = "any", path = ""] = match;
  if (scope === "parent" || scope === "instrumentation")
    throw traceqlError(`the scope ${scope} is not supported`, at, "use span. resource. event. link. or a bare dot");
  const key = path.replaceAll(/"(?:[^"\\]|\\.)*"/g, (part) => unquote(part, at));
  return attributeOrService(scope as AttributeScope, key);
}

/** `resource.service.name` is a column of its own. */
function attributeOrService(scope: AttributeScope, key: string): Operand {
  if (scope === "resource" && key === "service.name") return { type: "field", field: "service" };
  return { type: "attribute", scope, key };
}

function fieldCondition(field: SpanField, op: Comparison, right: Operand, at: number): SpanFilter {
  const allowed = words[field];
  if (allowed !== undefined) {
    if (right.type !== "name" || !allowed.includes(right.name))
      throw traceqlError(`${field} compares with one of ${allowed.join(", ")}`, at);
    if (op !== "=" && op !== "!=") throw traceqlError(`${field} compares with = and != only`, at);
    return { kind: "field", field, op, value: right.name };
  }
  if (right.type !== "value") throw traceqlError("one side of a comparison must be a value", at);
  const { value } = right;
  if (field === "duration") {
    if (right.isDuration !== true || value.type !== "number" || op === "=~" || op === "!~")
      throw traceqlError("duration compares with a duration such as 100ms", at);
    return { kind: "field", field, op, value: value.value };
  }
  // A column is always there: a service may be empty, which is as good as none.
  if (value.type === "nil") return { kind: "field", field, op, value: "" };
  if (value.type !== "string") throw traceqlError(`${field} compares with a string`, at);
  const isId = field === "spanId" || field === "traceId" || field === "parentId";
  return { kind: "field", field, op, value: isId ? value.value.toLowerCase() : value.value };
}

function traceCondition(
  field: "duration" | "rootName" | "rootService",
  op: Comparison,
  value: AttributeOperand,
  at: number,
): (trace: TraceExtent) => boolean {
  if (field === "duration") {
    if (value.type !== "number" || op === "=~" || op === "!~")
      throw traceqlError("the trace's duration compares with a duration such as 100ms", at);
    const limit = BigInt(Math.round(value.value));
    return (trace) => compare(trace.durationNs, op, limit);
  }
  if (value.type !== "string") throw traceqlError(`${field} compares with a string`, at);
  if (op === "=~" || op === "!~") {
    const pattern = compilePattern(value.value, at);
    return (trace) => pattern.test(trace[field]) === (op === "=~");
  }
  return (trace) => compare(trace[field], op, value.value);
}

function compilePattern(text: string, at: number): AnchoredRegexp {
  try {
    return compileAnchored(text);
  } catch (cause) {
    throw traceqlError(`the pattern is not valid: ${cause instanceof Error ? cause.message : String(cause)}`, at);
  }
}

function compare<Value extends bigint | string>(left: Value, op: Comparison, right: Value): boolean {
  switch (op) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    default:
      return false;
  }
}
