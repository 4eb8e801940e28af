import { Link } from "@tanstack/react-router";
import type { KeyValue, RunResponse } from "sightglass/contract";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { KeyValueList } from "../../primitives/key-value-list.tsx";
import { Panel } from "../../primitives/panel.tsx";
import "./attributes-tab.css";

/** What the run says of itself, and where it ran. */
export function AttributesTab({ run }: { run: RunResponse }) {
  return (
    <div className="attributes">
      <Panel title="Run" note="attributes of its span">
        <List label="Run attributes" items={run.attributes} none="The run's span carries no attributes." />
      </Panel>
      <Panel title="Resource" note="the process that ran it">
        <List label="Resource attributes" items={run.resource} none="The process told nothing about itself." />
      </Panel>
      <Panel title="Ids">
        <dl className="key-values">
          <Id name="run" id={run.id} />
          {run.traceIds.map((traceId) => (
            <Id key={traceId} name="trace" id={traceId} isTrace />
          ))}
        </dl>
      </Panel>
    </div>
  );
}

function List({ label, items, none }: { label: string; items: readonly KeyValue[]; none: string }) {
  return items.length === 0 ? <p className="muted">{none}</p> : <KeyValueList label={label} items={items} />;
}

function Id({ name, id, isTrace = false }: { name: string; id: string; isTrace?: boolean }) {
  return (
    <div className="key-value">
      <dt className="mono">{name}</dt>
      <dd className="mono">
        {isTrace ? (
          <Link to="/traces/$traceId" params={{ traceId: id }} className="inspector-link">
            {id}
          </Link>
        ) : (
          <span className="key-value-text">{id}</span>
        )}
        <CopyButton text={id} label={`Copy the ${name} id`} />
      </dd>
    </div>
  );
}
