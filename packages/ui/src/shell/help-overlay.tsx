import { useEffect, useRef } from "react";
import { formatZone } from "../format/time.ts";
import { useNow } from "../format/use-now.ts";
import { paletteKey } from "./palette/palette-key.ts";
import "./help.css";

const groups: { title: string; keys: [string, string][] }[] = [
  {
    title: "Go to",
    keys: [
      ["g p", "Pipelines"],
      ["g r", "Runs"],
      ["g t", "Traces"],
      ["g e", "Explore"],
      ["g m", "Metrics"],
      ["g s", "Status"],
    ],
  },
  {
    title: "In lists",
    keys: [
      ["j", "Next row"],
      ["k", "Previous row"],
      ["Enter", "Open"],
      ["/", "Search"],
      ["Enter / Esc", "In a search: to the list, clear"],
      ["← / →", "In charts: point to point"],
    ],
  },
  {
    title: "In a run",
    keys: [
      ["1 … 6", "Tab"],
      ["j / k", "Next, previous stage"],
      ["[ / ]", "Older, newer run"],
      ["c", "Compare with the last good run"],
    ],
  },
  {
    title: "Anywhere",
    keys: [
      [paletteKey, "Go to a pipeline, table, metric, run or trace"],
      ["?", "This help"],
      ["Esc", "Close, clear"],
    ],
  },
];

export function HelpOverlay({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const zone = formatZone(useNow(60_000));
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" closedby="any" onClose={onClose}>
      <div className="help-body">
        <h2 id="help-title">Keyboard</h2>
        <div className="help-groups">
          {groups.map((group) => (
            <section key={group.title}>
              <h3>{group.title}</h3>
              <dl>
                {group.keys.map(([keys, meaning]) => (
                  <div key={keys}>
                    <dt>
                      {keys
                        .split(" ")
                        .map((key) =>
                          (key === "/" && keys !== "/") || key === "…" ? ` ${key} ` : <kbd key={key}>{key}</kbd>,
                        )}
                    </dt>
                    <dd>{meaning}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p className="help-zone">All times are in {zone}; each shows UTC on hover.</p>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
