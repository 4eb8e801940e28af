import { syntaxTree } from "@codemirror/language";
import { hoverTooltip, type Tooltip } from "@codemirror/view";
import { aggregateOperators, signatures } from "@sightglass/promql";
import { getJson } from "../../api/client.ts";
import type { Envelope, MetricMetadata } from "../../api/prometheus.ts";
import { functionHelp } from "./function-help.ts";

/** Help for the function or metric under the pointer. */
export const hoverHelp = hoverTooltip(
  async (view, position): Promise<Tooltip | null> => {
    const node = syntaxTree(view.state).resolveInner(position, 1);
    const word = view.state.sliceDoc(node.from, node.to);
    if (node.from === node.to || !/^[a-zA-Z_:][\w:.]*$/.test(word)) return null;
    const help = functionText(word) ?? (node.name === "Identifier" ? await metricText(word) : null);
    if (help === null) return null;
    return { pos: node.from, end: node.to, above: true, create: () => ({ dom: tooltipOf(help) }) };
  },
  { hoverTime: 250 },
);

interface Help {
  title: string;
  words: string;
}

function functionText(name: string): Help | null {
  const words = functionHelp.get(name);
  const signature = signatures.get(name);
  if (signature !== undefined) {
    const isOpen = signature.variadic !== 0;
    const args = `${signature.args.join(", ")}${isOpen ? ", …" : ""}`;
    const mark = signature.experimental ? " (experimental)" : "";
    return { title: `${name}(${args}) → ${signature.returns}${mark}`, words: words ?? "" };
  }
  if (!aggregateOperators.has(name)) return null;
  return { title: `${name} by (labels) (instant vector) → instant vector`, words: words ?? "" };
}

async function metricText(name: string): Promise<Help | null> {
  const base = name.replace(/_(bucket|sum|count)$/, "");
  const names = base === name ? [name] : [name, base];
  for (const metric of names) {
    const path = `/api/v1/metadata?metric=${encodeURIComponent(metric)}`;
    const answer = await getJson<Envelope<Record<string, MetricMetadata[]>>>(path).catch(() => null);
    const found = answer?.data[metric]?.[0];
    if (found !== undefined)
      return { title: `${name}: ${[found.type, found.unit].filter(Boolean).join(", ")}`, words: found.help };
  }
  return null;
}

function tooltipOf({ title, words }: Help): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-help";
  const head = document.createElement("div");
  head.className = "cm-help-title";
  head.textContent = title;
  dom.append(head);
  if (words !== "") dom.append(words);
  return dom;
}
