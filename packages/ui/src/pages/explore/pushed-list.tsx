import { useMemo } from "react";
import { plannedSelectors } from "./pushed-plan.ts";
import type { Evaluated } from "../../series/evaluated.ts";

export interface PushedListProps {
  expr: string;
  range: Evaluated;
  /** Selectors that the store computed; undefined when the server does not say. */
  computed: number | undefined;
}

/** Each selector of a query: what was asked of the store, and whether it computed it or handed over raw samples. */
export default function PushedList({ expr, range, computed }: PushedListProps) {
  const planned = useMemo(() => plannedSelectors(expr, range), [expr, range]);
  const isAll = computed === planned.filter(({ computable }) => computable !== null).length;
  if (planned.length === 0) return <span className="muted">nothing is read</span>;
  return (
    <ul className="explain-selectors">
      {planned.map(({ selector, computable }) => (
        <li key={`${selector} ${computable ?? ""}`}>
          {computed === 0 || computable === null ? (
            <span className="muted">no: raw samples of</span>
          ) : (
            <>
              {isAll ? "" : "if possible "}
              <strong>{computable}</strong> of
            </>
          )}{" "}
          <code>{selector}</code>
        </li>
      ))}
      {computed === undefined || computed === 0 || isAll ? null : (
        <li className="muted">
          The store did {computed} of {planned.length}.
        </li>
      )}
    </ul>
  );
}
