import type { SelectorStats } from "@sightglass/promql";

/** Each selector of a query: what the store computed of it, or where its samples came from. */
export function SelectorList({ selectors }: { selectors: readonly SelectorStats[] | undefined }) {
  if (selectors === undefined) return <span className="muted">the server does not say</span>;
  if (selectors.length === 0) return <span className="muted">nothing is read</span>;
  return (
    <ul className="explain-selectors">
      {selectors.map(({ selector, computed, origin }) => (
        <li key={`${selector} ${computed ?? ""}`}>
          {computed === null ? (
            <span className="muted">{origin === "memory" ? "no: samples in memory of" : "no: raw samples of"}</span>
          ) : (
            <>
              <strong>{computed}</strong> of
            </>
          )}{" "}
          <code>{selector}</code>
        </li>
      ))}
    </ul>
  );
}
