import { CompletionContext } from "@codemirror/autocomplete";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { newCompleteStrategy, type PrometheusClient, PromQLExtension } from "@prometheus-io/codemirror-promql";
import { expect, it } from "vitest";
import { quotingNames } from "./editor-complete.ts";

const names = ["http.server.duration_count", "http_requests_total", "my-queue/size"];
const client: PrometheusClient = {
  labelNames: async () => ["http.route", "job"],
  labelValues: async () => ["/a"],
  metricMetadata: async () => ({}),
  series: async () => [],
  metricNames: async () => names,
  flags: async () => ({}),
};
const strategy = quotingNames(newCompleteStrategy({ remote: client }));

/** The query after the name was chosen; `|` is the cursor. */
async function choose(query: string, name: string): Promise<string | undefined> {
  const pos = query.indexOf("|");
  const doc = query.replace("|", "");
  const state = EditorState.create({ doc, extensions: new PromQLExtension().asExtension() });
  // An editor parses for 20 ms, and the rest in its free time.
  ensureSyntaxTree(state, doc.length, 60_000);
  const result = await strategy.promQL(new CompletionContext(state.update({}).state, pos, true));
  const option = result?.options.find(({ label }) => label === name);
  if (result === null || option === undefined) return undefined;
  const text = typeof option.apply === "string" ? option.apply : option.label;
  return doc.slice(0, result.from) + text + doc.slice(result.to ?? pos);
}

it.each([
  ["sum(rate(http|", "http.server.duration_count", 'sum(rate({"http.server.duration_count"}'],
  ["sum(rate(http.ser|)", "http.server.duration_count", 'sum(rate({"http.server.duration_count"})'],
  ["my-que|", "my-queue/size", '{"my-queue/size"}'],
  ["http|", "http_requests_total", "http_requests_total"],
  ['{"http|"}', "http.server.duration_count", '{"http.server.duration_count"}'],
  ["sum by (h|) (up)", "http.route", 'sum by ("http.route") (up)'],
  ["up{h|}", "http.route", 'up{"http.route"}'],
  ["up{j|}", "job", "up{job}"],
])("%s completes %s", async (query, name, expected) => expect(await choose(query, name)).toBe(expected));
