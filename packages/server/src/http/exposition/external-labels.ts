import { createMatcher, Labels, type Matcher } from "@sightglass/promql";

/** Labels by name that a server's series get on their way to other servers (Prometheus, `global.external_labels`). */
export type ExternalLabels = Readonly<Record<string, string>>;

/** A series' own labels win. */
export function withExternal(labels: Labels, external: ExternalLabels): Labels {
  const added = Object.entries(external).filter(([name]) => labels.get(name) === "");
  return added.length === 0 ? labels : Labels.fromEntries([...labels.entries(), ...added]);
}

/** Asked for by an external label, the series have none of that name here. */
export function withoutExternal(matchers: readonly Matcher[], external: ExternalLabels): Matcher[] {
  return matchers.map((matcher) =>
    matcher.operator === "=" && external[matcher.name] === matcher.value
      ? createMatcher(matcher.name, "=", "")
      : matcher,
  );
}
