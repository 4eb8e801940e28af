import type { KeyboardEvent } from "react";
import { countOf, formatCount } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { SearchField } from "../../primitives/search-field.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { StatusShape } from "../../primitives/status.tsx";
import { Tooltip } from "../../primitives/tooltip.tsx";
import type { ChangeSearch, TraceSearch } from "../../url/trace-search.ts";
import type { SpanTree } from "../../waterfall/span-tree.ts";
import { rankAmong } from "../../waterfall/visible-rows.ts";
import { type WaterfallCommand, waterfallKeyHelp } from "../../waterfall/waterfall-keys.ts";

export interface TraceToolbarProps {
  tree: SpanTree;
  search: TraceSearch;
  find: string;
  onFind: (text: string) => void;
  found: { count: number; matches: Uint8Array } | null;
  isZoomed: boolean;
  /** The node that the keyboard stands on, or -1. */
  cursor: number;
  onCommand: (command: WaterfallCommand) => void;
  onSearch: ChangeSearch;
}

export function TraceToolbar(props: TraceToolbarProps) {
  const { tree, search, isZoomed, onCommand, onSearch } = props;
  const isCritical = search.critical === "1";
  return (
    <div className="trace-toolbar" role="toolbar" aria-label="Waterfall">
      <Find {...props} />
      {tree.spans.errorCount > 0 ? (
        <Button onClick={() => onCommand({ type: "error", step: 1 })} title="Next error (e)">
          <StatusShape status="failed" />
          {countOf(tree.spans.errorCount, "error")}
        </Button>
      ) : null}
      <span className="trace-toolbar-space" />
      {isZoomed ? (
        <Button variant="quiet" onClick={() => onCommand({ type: "zoom-whole" })} title="Whole trace (0)">
          Reset zoom
        </Button>
      ) : null}
      <Button aria-pressed={isCritical} onClick={() => onCommand({ type: "critical" })} title="Critical path (c)">
        Critical path
      </Button>
      <Segments
        label="Colour by"
        options={["service", "status"] as const}
        words={{ service: "Service", status: "Status" }}
        value={search.colour ?? "service"}
        onChange={(colour) => onSearch({ colour: colour === "service" ? undefined : colour })}
      />
      <span className="button-pair">
        <Button onClick={() => onCommand({ type: "expand-all" })} title="Expand everything (])">
          Expand
        </Button>
        <Button onClick={() => onCommand({ type: "collapse-all" })} title="Collapse everything ([)">
          Collapse
        </Button>
      </span>
      <Tooltip content={<Keys />}>
        <button type="button" className="icon-button trace-keys" aria-label="Keys of the waterfall">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <rect x="1.5" y="4" width="13" height="8.5" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.3" />
            <path d="M4 6.7h.8m2 0h.8m2 0h.8M5 9.8h6" fill="none" stroke="currentColor" strokeWidth="1.3" />
          </svg>
        </button>
      </Tooltip>
    </div>
  );
}

function Find({ tree, find, onFind, found, cursor, onCommand }: TraceToolbarProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") {
      event.preventDefault();
      onCommand({ type: "match", step: event.shiftKey ? -1 : 1 });
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.currentTarget.blur();
      onFind("");
    }
  };
  return (
    <span className="trace-find">
      <SearchField
        label="Find spans"
        placeholder="Find: name, service:…, >100ms"
        value={find}
        onChange={onFind}
        onKeyDown={onKeyDown}
      />
      <output className="trace-found">
        {found === null ? "" : found.count === 0 ? "none" : foundText(tree, found, cursor)}
      </output>
      <button
        type="button"
        className="icon-button"
        aria-label="Previous match"
        title="Previous match (N)"
        disabled={found === null || found.count === 0}
        onClick={() => onCommand({ type: "match", step: -1 })}
      >
        ↑
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Next match"
        title="Next match (n)"
        disabled={found === null || found.count === 0}
        onClick={() => onCommand({ type: "match", step: 1 })}
      >
        ↓
      </button>
    </span>
  );
}

function foundText(tree: SpanTree, found: { count: number; matches: Uint8Array }, cursor: number): string {
  const rank = rankAmong(tree, found.matches, cursor);
  return rank === 0 ? countOf(found.count, "match", "matches") : `${formatCount(rank)} of ${formatCount(found.count)}`;
}

function Keys() {
  return (
    <dl className="trace-key-help">
      {waterfallKeyHelp.map(({ keys, does }) => (
        <div key={does}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
