import type { AttributeScope, Comparison, SpanFilter } from "./search-filter.ts";
import { attributeCondition, fieldCondition, rootCondition, traceCondition } from "./search-traceql-condition.ts";
import { lexTraceql, traceqlError, type TraceqlToken } from "./search-traceql-lexer.ts";
import { type Operand, operandOf } from "./search-traceql-operand.ts";
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

const comparisons: readonly string[] = ["=", "!=", ">", ">=", "<", "<=", "=~", "!~"];
const mirrored: Partial<Record<Comparison, Comparison>> = { ">": "<", "<": ">", ">=": "<=", "<=": ">=" };

const structural = [">>", "<<", ">", "<", "~", "!>>", "!<<", "!>", "!<", "!~", "&>>", "&<<"];
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
    if (left.type === "root") return rootCondition(op, right, at);
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
    return attributeCondition(left, op, right.value, at);
  }

  #select(operand: { scope: AttributeScope; key: string }): void {
    const { scope, key } = operand;
    if (!this.#selected.some((known) => known.scope === scope && known.key === key))
      this.#selected.push({ scope, key });
  }

  #operand(): Operand {
    return operandOf(this.#take());
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
