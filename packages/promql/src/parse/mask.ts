import { signatures } from "../check/signatures.ts";
import type { Problem } from "../errors.ts";
import { quote } from "../text/go-format.ts";

/**
 * The grammar package refuses some valid PromQL. `maskQuery` rewrites those places into text of the same length that
 * the grammar accepts, so that every position stays true; the builder reads names and values from the original text.
 *
 * - `min_of(` and `max_of(` outside durations become `scalar(`
 * - `2.` becomes `20`, `0X1F` becomes `0x1F`
 * - `STEP()` and its like inside durations become lower case
 * - a metric named `offset` becomes `offse_`
 * - comments become spaces, so that they are no nodes of the tree
 *
 * It also finds what the grammar cannot name: unknown functions and strings without an end.
 */
export function maskQuery(query: string): { readonly masked: string; readonly problems: readonly Problem[] } {
  return new Masker(query).run();
}

type Context = "expression" | "duration" | "labels" | "braces";

const labelListKeywords: ReadonlySet<string> = new Set([
  "by",
  "without",
  "on",
  "ignoring",
  "group_left",
  "group_right",
]);
const callKeywords: ReadonlySet<string> = new Set(
  (
    "avg bottomk count count_values group max min quantile limitk limit_ratio stddev stdvar sum topk " +
    "and or unless atan2 bool offset fill fill_left fill_right smoothed anchored"
  ).split(" "),
);
const infixKeywords: ReadonlySet<string> = new Set(["and", "or", "unless", "atan2", "bool", "on", "ignoring"]);
const durationFunctions: ReadonlySet<string> = new Set(["step", "range", "min_of", "max_of"]);

class Masker {
  readonly #query: string;
  readonly #masked: string[];
  readonly #problems: Problem[] = [];
  readonly #contexts: Context[] = [];
  #at = 0;
  /** The token before ends an operand, so an operator comes next. */
  #afterOperand = false;
  /** A duration follows: `offset` was read. */
  #offsetPending = false;
  #labelListPending = false;

  constructor(query: string) {
    this.#query = query;
    this.#masked = query.split("");
  }

  run(): { masked: string; problems: readonly Problem[] } {
    while (this.#at < this.#query.length) this.#token();
    return { masked: this.#masked.join(""), problems: this.#problems };
  }

  get #context(): Context {
    return this.#contexts.at(-1) ?? "expression";
  }

  #token(): void {
    const rest = this.#query.slice(this.#at, this.#at + 1);
    if (/\s/.test(rest)) this.#at++;
    else if (rest === "#") this.#skipComment();
    else if (rest === '"' || rest === "'" || rest === "`") this.#string(rest);
    else if (/[0-9.]/.test(rest)) this.#number();
    else if (/[a-zA-Z_:]/.test(rest)) this.#identifier();
    else this.#punctuation(rest);
  }

  #skipComment(): void {
    const end = this.#query.indexOf("\n", this.#at);
    const next = end === -1 ? this.#query.length : end;
    this.#masked.fill(" ", this.#at, next);
    this.#at = next;
  }

  #string(delimiter: string): void {
    const start = this.#at;
    for (let index = start + 1; index < this.#query.length; index++) {
      const character = this.#query[index];
      if (character === "\\" && delimiter !== "`") index++;
      else if (character === delimiter) {
        this.#at = index + 1;
        this.#afterOperand = true;
        return;
      } else if (character === "\n" && delimiter !== "`") break;
    }
    const message = delimiter === "`" ? "unterminated raw string" : "unterminated quoted string";
    this.#problems.push({ message, span: { start, end: this.#query.length } });
    this.#at = this.#query.length;
  }

  #number(): void {
    const start = this.#at;
    const text = this.#match(
      /0[xX][0-9a-fA-F_]+|[0-9][0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9]+)?|\.[0-9_]*(?:[eE][+-]?[0-9]+)?/y,
    );
    if (text.startsWith("0X")) this.#masked[start + 1] = "x";
    const point = text.indexOf(".");
    if (point > 0 && !/[0-9]/.test(text[point + 1] ?? "") && this.#query[this.#at] !== ".")
      this.#masked[start + point] = "0";
    this.#at = Math.max(this.#at, start + 1);
    // A duration is a number with units: 1h30m.
    if (!text.includes(".")) this.#match(/(?:ms|[smhdwy])(?:[0-9]+(?:ms|[smhdwy]))*/y);
    if (/[a-zA-Z_]/.test(this.#query[this.#at] ?? "")) {
      const message = `bad number or duration syntax: ${quote(this.#query.slice(start, this.#at))}`;
      this.#problems.push({ message, span: { start, end: this.#at } });
    }
    this.#afterOperand = true;
    this.#offsetPending = false;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#query)?.[0] ?? "";
    this.#at += text.length;
    return text;
  }

  #identifier(): void {
    const start = this.#at;
    const name = this.#match(/[a-zA-Z0-9_:]+/y);
    const lower = name.toLowerCase();
    if (this.#context === "braces" || this.#context === "labels") return;
    const called = this.#isCalled();
    if (this.#context === "duration" || this.#offsetPending) {
      if (durationFunctions.has(lower) && called) this.#replace(start, lower);
      if (!called) this.#offsetPending = false;
      this.#afterOperand = true;
      return;
    }
    if (labelListKeywords.has(lower)) {
      this.#labelListPending = called;
      this.#afterOperand = false;
    } else if (lower === "offset" && this.#afterOperand) {
      this.#offsetPending = true;
      this.#afterOperand = false;
    } else if (lower === "offset") {
      this.#replace(start, "offse_");
      this.#afterOperand = true;
    } else if (this.#afterOperand && infixKeywords.has(lower)) {
      this.#afterOperand = false;
    } else {
      if (called) this.#checkCall(start, name, lower);
      this.#afterOperand = true;
    }
  }

  #checkCall(start: number, name: string, lower: string): void {
    if (callKeywords.has(lower)) return;
    if ((lower === "start" || lower === "end") && this.#query.slice(0, start).trimEnd().endsWith("@")) return;
    if (name === "min_of" || name === "max_of") this.#replace(start, "scalar");
    else if (!signatures.has(name)) {
      const message = `unknown function with name ${quote(name)}`;
      this.#problems.push({ message, span: { start, end: start + name.length } });
    }
  }

  #isCalled(): boolean {
    const next = /(?:\s|#[^\n]*\n)*/y;
    next.lastIndex = this.#at;
    next.exec(this.#query);
    return this.#query[next.lastIndex] === "(";
  }

  #punctuation(character: string): void {
    this.#at++;
    switch (character) {
      case "(":
        this.#contexts.push(this.#labelListPending ? "labels" : this.#offsetPending ? "duration" : this.#context);
        this.#labelListPending = false;
        this.#offsetPending = false;
        this.#afterOperand = false;
        return;
      case "[":
        this.#contexts.push("duration");
        this.#afterOperand = false;
        return;
      case "{":
        this.#contexts.push("braces");
        return;
      case ")":
        // A label list ends no operand: `sum by (a) (x)`, `a + on (b) c`; but `sum(x) by (a)` does.
        this.#afterOperand = this.#contexts.pop() !== "labels" || this.#operatorFollows();
        return;
      case "]":
      case "}":
        this.#contexts.pop();
        this.#afterOperand = true;
        return;
      default:
        this.#afterOperand = false;
    }
  }

  /** After a label list: whether `offset` would be the modifier and not a metric. */
  #operatorFollows(): boolean {
    const next = /\s*offset\s+[-+]?\s*(?:[0-9(]|step|range|min_of|max_of)/iy;
    next.lastIndex = this.#at;
    return next.test(this.#query);
  }

  #replace(start: number, text: string): void {
    for (let index = 0; index < text.length; index++) this.#masked[start + index] = text[index] ?? "";
  }
}
