import type { SyntaxNode } from "@lezer/common";
import type { NumberLiteral } from "../ast/nodes.ts";
import type { Problem } from "../errors.ts";
import { parseDurationMs } from "../text/duration.ts";
import { unquote } from "../text/go-string.ts";
import type { Span } from "../text/position.ts";

/** The leaves of a syntax tree: names, strings and numbers as the query has them; what is wrong with one goes to `problems`. */
export class TreeReader {
  readonly query: string;
  readonly problems: Problem[] = [];

  constructor(query: string) {
    this.query = query;
  }

  text(node: SyntaxNode): string {
    return this.query.slice(node.from, node.to);
  }

  problem(message: string, span: Span): void {
    this.problems.push({ message, span });
  }

  /** The value of a string literal node. */
  string(node: SyntaxNode): string {
    const text = this.text(node);
    try {
      return unquote(text);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.problem(`error unquoting string ${JSON.stringify(text)}: ${why}`, { start: node.from, end: node.to });
      return "";
    }
  }

  number(node: SyntaxNode, start: number): NumberLiteral {
    const text = this.query.slice(start, node.to);
    const span = { start, end: node.to };
    const durationMs = /^[0-9]+[a-z]/i.test(text) && !/^0x/i.test(text) ? parseDurationMs(text) : undefined;
    if (durationMs !== undefined) return { kind: "number", span, value: durationMs / 1000, isDuration: true };
    return { kind: "number", span, value: this.#numberValue(text, span), isDuration: false };
  }

  #numberValue(text: string, span: Span): number {
    const plain = text.replaceAll("_", "").toLowerCase();
    if (plain === "inf") return Infinity;
    if (plain === "nan") return NaN;
    // Go reads a whole number with a leading zero as octal.
    if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8);
    const value = Number(plain);
    if (Number.isNaN(value)) this.problem(`error parsing number: ${text}`, span);
    return value;
  }

  labelNames(node: SyntaxNode): readonly string[] {
    const names: string[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.name === "LabelName") names.push(this.text(child));
      else if (child.name === "QuotedLabelName" && child.firstChild) names.push(this.string(child.firstChild));
    }
    return names;
  }
}
