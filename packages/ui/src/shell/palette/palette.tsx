import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { metricNamesQuery } from "../../api/prometheus-queries.ts";
import { attributeValuesQuery, pipelinesQuery } from "../../api/queries.ts";
import { windowDefault } from "../../url/windows.ts";
import { paletteItems, type PaletteItem, sinkTable } from "./palette-items.ts";
import "../../primitives/field.css";
import "./palette.css";

const optionId = (index: number) => `palette-${index}`;
const none: readonly string[] = [];

/** Goes anywhere by its name, or by an id that was pasted. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [wanted, setIndex] = useState(0);
  const pipelines = useQuery(pipelinesQuery(windowDefault)).data?.pipelines;
  const metrics = useQuery({ ...metricNamesQuery(), retry: false }).data?.data ?? none;
  const tables = useQuery({ ...attributeValuesQuery(sinkTable, ""), retry: false }).data?.values ?? none;
  const items = useMemo(
    () => paletteItems(text, { pipelines: pipelines?.map(({ name }) => name) ?? none, tables, metrics }),
    [text, pipelines, tables, metrics],
  );
  const index = Math.min(wanted, items.length - 1);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    document.getElementById(optionId(index))?.scrollIntoView({ block: "nearest" });
  }, [index]);

  const open = (item: PaletteItem | undefined) => {
    if (item === undefined) return;
    dialog.current?.close();
    void navigate(item.link);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (items.length > 0) setIndex((index + step + items.length) % items.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(items[index]);
    }
  };
  return (
    <dialog ref={dialog} className="palette" aria-label="Go to" closedby="any" onClose={onClose}>
      <input
        className="palette-input"
        type="text"
        role="combobox"
        aria-label="Go to"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={items.length === 0 ? undefined : optionId(index)}
        placeholder="A pipeline, table, metric, page, run id or trace id"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a datalist cannot be styled */}
      <div id="palette-list" className="palette-list" role="listbox" aria-label="Places">
        {items.map((item, at) => (
          <button
            key={`${item.kind} ${item.label}`}
            id={optionId(at)}
            type="button"
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- see above
            role="option"
            tabIndex={-1}
            aria-selected={at === index}
            className="palette-item"
            onPointerMove={() => setIndex(at)}
            onClick={() => open(item)}
          >
            <span className="palette-kind">{item.kind}</span>
            <span className="truncate">{item.label}</span>
            {item.keys === undefined ? null : (
              <span className="palette-keys">
                {item.keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </span>
            )}
          </button>
        ))}
      </div>
      {items.length === 0 ? <p className="palette-none">Nothing is called so.</p> : null}
    </dialog>
  );
}
