import * as catalogue from "./catalogue.ts";
import type { EventAttribute } from "./catalogue.ts";

/** docs/reference/telemetry.md. */
export function telemetryPage(): string {
  return `# Telemetry that the SDK and \`sightglass run\` emit

Plain OpenTelemetry: any program in any language that emits the same is treated the same. Instrumentation scopes:
${Object.values(catalogue.scopes).map(code).join(", ")}. This page is made from a list that is compared with what real
programs send, in both directions.

## Spans

${table(
  ["span", "name", "kind", "when"],
  catalogue.spans.map(({ role, name, kind, when }) => [role, name, kind, when]),
)}

Status: OK when the function returned; ERROR with the message when it threw. A status ERROR that the pipeline has set itself
stays.

## Attributes

${table(
  ["attribute", "type", "on", "meaning"],
  catalogue.attributes.map(({ name, type, on, meaning }) => [code(name), type, on.join(", "), meaning]),
)}

Counts are set when the stage ends. One that nobody has counted is absent, which is not 0.

Values may read \`[redacted]\`, \`[email]\`, \`[ip]\` or \`[card]\`, and texts end after 16,384 characters: see "Personal data" and "Limits" in
the [guide](../guides/sdk.md#bootstrap).

## Events

${catalogue.events
  .map(
    ({ name, on, when, attributes }) =>
      `### ${code(name)}\n\nOn ${on.join(", ")}: ${when}.\n\n${attributeTable(attributes)}\n`,
  )
  .join("\n")}
## Links

A stage or run that was given \`links\` has them as they are. \`kafka.links(messages)\` makes one for each producer of a batch:

${attributeTable(catalogue.linkAttributes)}

## Metrics

They go through the OpenTelemetry API and out where a meter provider is registered (\`bootstrap\` is one). Prometheus writes dots as
underscores and adds units, so \`dq.completeness.ratio\` is \`dq_completeness_ratio\`.

${table(
  ["metric", "instrument", "unit", "labels", "meaning"],
  catalogue.metrics.map(({ name, instrument, unit, labels, meaning }) => [
    code(name),
    instrument,
    unit === "" ? "" : code(unit),
    labels.map(code).join(", "),
    meaning,
  ]),
)}

Those of data quality (\`dq.\`, \`data.quality.\`) come from \`@sightglass/sdk/checks\`, for at most 100 tables, 400 partitions and 1000 columns
or rules of a process; further ones count as \`other\`. The others are there with \`bootstrap({ metrics: { runtime: true } })\` or
\`measureRuntime()\`, and are named as in the semantic conventions.

A program's own metrics have the names and labels that it declares. A label value that was not declared, or is one too many, is
\`other\`; a declared label that is not given is \`unknown\`.

## Log records

OTLP spans arrive when they end. These announce what is still open. \`trace_id\` and \`span_id\` are the span's, severity INFO.

${table(
  ["event name", "time", "when"],
  catalogue.logEvents.map(({ name, time, when }) => [code(name), time, when]),
)}

Each has all attributes that its span has so far, and:

${attributeTable([...new Set(catalogue.logEvents.flatMap(({ attributes }) => attributes))])}

Only of sampled spans: a run that is not kept must not show as one that fell silent.

\`sightglass run\` also keeps the command's output, one record a line: the body is the line.

${attributeTable(catalogue.outputAttributes)}

## Resource

${attributeTable(catalogue.resource)}

And what \`OTEL_RESOURCE_ATTRIBUTES\` and \`bootstrap({ attributes })\` say. \`sightglass run\` has \`service.name\` and \`host.name\`. No
command line and no user name.
`;
}

const code = (text: string) => `\`${text}\``;

function attributeTable(attributes: readonly EventAttribute[]): string {
  return table(
    ["attribute", "type", "meaning"],
    attributes.map(({ name, type, meaning }) => [code(name), type, meaning]),
  );
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
