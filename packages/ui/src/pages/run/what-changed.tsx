import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { runQuery } from "../../api/queries.ts";
import { Moment } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { CodeWords } from "./code-words.tsx";
import { whatChanged } from "./what-changed.ts";
import "./what-changed.css";

/** Of a run that is not good: what is different from the last one that was. Nothing while that one is being read. */
export function WhatChanged({ run, lastGoodRunId }: { run: RunResponse; lastGoodRunId: string }) {
  const { data: good } = useQuery(runQuery(lastGoodRunId));
  const beforeId = good?.lastGoodRunId ?? null;
  const before = useQuery({ ...runQuery(beforeId ?? ""), enabled: beforeId !== null });
  if (good === undefined || before.isLoading) return null;
  const changes = whatChanged(run, good, before.data);
  return (
    <Panel
      title="Since the last good run"
      note={
        <Link to="/runs/$runId" params={{ runId: good.id }} className="figure">
          {good.partition === null ? null : `${good.partition}, `}
          <Moment at={good.startedAt} />
        </Link>
      }
    >
      {changes.length === 0 ? (
        <p className="muted">
          Nothing stands out: the same stages and versions, about as many rows, no stage much slower. <InFull />
        </p>
      ) : (
        <>
          <ul className="changes">
            {changes.map((words) => (
              <li key={words}>
                <CodeWords text={words} />
              </li>
            ))}
          </ul>
          <p className="changes-more">
            <InFull />
          </p>
        </>
      )}
    </Panel>
  );
}

function InFull() {
  return (
    <Link to="." search={{ tab: "compare" as const }} title="c">
      Compare them in full
    </Link>
  );
}
