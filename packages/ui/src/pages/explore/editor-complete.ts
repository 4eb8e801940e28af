import { type Completion, CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { CompleteStrategy } from "@prometheus-io/codemirror-promql";
import { isPlainMetric, labelText, selectorText } from "../../series/selector.ts";

/**
 * Completion of names that are not of the old alphabet (`http.server.duration`), which the package inserts as they are: here
 * they come as a query needs them, `{"http.server.duration"}`, and may be typed without quotes.
 */
export function quotingNames(inner: CompleteStrategy): CompleteStrategy {
  return {
    async promQL(context) {
      const place = placeOf(context);
      if (place === "string") return requoted(await inner.promQL(context), context);
      const typed = place === "selector" ? dottedName(context) : undefined;
      if (typed === undefined) return quoted(await inner.promQL(context), place);
      const result = await inner.promQL(beforeTheDot(context, typed));
      const names = (result?.options ?? []).filter(({ label }) => !isPlainMetric(label));
      return quoted({ from: typed.from, options: names, validFor: /^[\p{L}\p{N}_:./-]*$/u }, place);
    },
    destroy: () => inner.destroy?.(),
  };
}

type Place = "string" | "labels" | "selector";

function placeOf({ state, pos }: CompletionContext): Place {
  let node = syntaxTree(state).resolveInner(pos, -1);
  if (node.name === "StringLiteral") return "string";
  for (; node.parent !== null; node = node.parent)
    if (node.name === "LabelMatchers" || node.name === "GroupingLabels") return "labels";
  return "selector";
}

interface Typed {
  from: number;
  /** Where the part ends that could be a name by itself. */
  plainTo: number;
}

function dottedName(context: CompletionContext): Typed | undefined {
  const found = context.matchBefore(/[a-zA-Z_:][a-zA-Z0-9_:]*[./-][\p{L}\p{N}_:./-]*/u);
  if (found === null) return undefined;
  return { from: found.from, plainTo: found.from + found.text.search(/[./-]/) };
}

/** As if only the part before the first dot were there: what follows is no PromQL yet, and nothing would be found. */
function beforeTheDot({ state, pos, explicit }: CompletionContext, { plainTo }: Typed): CompletionContext {
  return new CompletionContext(state.update({ changes: { from: plainTo, to: pos } }).state, plainTo, explicit);
}

/** A name within quotes: the package replaces those before it too, and does not put them back. */
function requoted(result: CompletionResult | null, { state }: CompletionContext): CompletionResult | null {
  if (result === null || !/["'`]/.test(state.sliceDoc(result.from, result.from + 1))) return result;
  const options = result.options.map((option): Completion =>
    option.type === "constant" ? { ...option, apply: JSON.stringify(option.label) } : option,
  );
  return { ...result, options };
}

function quoted(result: CompletionResult | null, place: Place): CompletionResult | null {
  if (result === null) return null;
  const text = place === "labels" ? labelText : (name: string) => selectorText(name);
  const options = result.options.map((option): Completion =>
    option.type === "constant" && !isPlainMetric(option.label) ? { ...option, apply: text(option.label) } : option,
  );
  return { ...result, options };
}
