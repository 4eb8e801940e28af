import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { RunResponse } from "sightglass/contract";
import { useShortcuts } from "../../keyboard/shortcuts.ts";
import { type ChangeSearch, parseZoom, type TraceSearch } from "../../url/trace-search.ts";
import { criticalByNode, criticalPath } from "../../waterfall/critical-path.ts";
import { findSpans } from "../../waterfall/find-spans.ts";
import { Overview } from "../../waterfall/overview.tsx";
import { selfTimes, timeByService } from "../../waterfall/self-time.ts";
import { serviceColours } from "../../waterfall/service-colour.ts";
import { idOf, isPlaceholder, nodeOf, type SpanTree } from "../../waterfall/span-tree.ts";
import { visibleRows } from "../../waterfall/visible-rows.ts";
import { commandOf, type WaterfallCommand } from "../../waterfall/waterfall-keys.ts";
import {
  afterCommand,
  initialWaterfall,
  toNode,
  type WaterfallState,
  withRange,
  withToggled,
} from "../../waterfall/waterfall-state.ts";
import { Waterfall } from "../../waterfall/waterfall.tsx";
import type { LoadedTrace } from "./read-trace.ts";
import { ServiceLegend } from "./service-legend.tsx";
import { SpanPanel } from "./span-panel.tsx";
import { TraceToolbar } from "./trace-toolbar.tsx";
import { useFindText } from "./use-find-text.ts";

export interface TraceExplorerProps {
  trace: LoadedTrace;
  run: RunResponse | undefined;
  search: TraceSearch;
  onSearch: ChangeSearch;
}

/** The zoom is written to the URL when it has been still for this long. */
const zoomSettleMs = 250;

/** Toolbar, overview, waterfall and details, and what the keys do. */
export function TraceExplorer({ trace, run, search, onSearch }: TraceExplorerProps) {
  const { tree } = trace;
  const [state, setState] = useState<WaterfallState>(() => startState(tree, search));
  const colourOf = useColours(tree);
  const rows = useMemo(() => visibleRows(tree, state.collapsed), [tree, state.collapsed]);
  const writeFind = useCallback((text: string) => onSearch({ q: text === "" ? undefined : text }), [onSearch]);
  const [find, setFind] = useFindText(search.q ?? "", writeFind);
  const found = useMemo(() => findSpans(find, tree.spans), [find, tree]);
  const self = useMemo(() => selfTimes(tree), [tree]);
  const services = useMemo(() => timeByService(tree, self), [tree, self]);
  const isCritical = search.critical === "1";
  const critical = useMemo(() => (isCritical ? criticalByNode(criticalPath(tree)) : null), [isCritical, tree]);
  const opened = search.span === undefined ? -1 : nodeOf(tree, search.span);
  useZoomInUrl(state, tree, search.zoom, onSearch);

  const open = useCallback(
    (node: number) => {
      setState((before) => toNode(before, tree, node));
      onSearch({ span: idOf(tree, node) });
    },
    [tree, onSearch],
  );
  const command = (asked: WaterfallCommand) => {
    if (asked.type === "find") return focusFind();
    if (asked.type === "critical") return onSearch({ critical: isCritical ? undefined : "1" });
    if (asked.type === "colour") return onSearch({ colour: search.colour === "status" ? undefined : "status" });
    if (asked.type === "open") return openCursor(state, tree, open);
    if (asked.type === "close") return search.span === undefined ? setFind("") : onSearch({ span: undefined });
    const next = afterCommand(state, asked, { tree, rows, matches: found?.matches ?? null });
    setState(next);
    // Details that are open follow the keyboard.
    if (search.span !== undefined && next.cursorId !== state.cursorId) onSearch({ span: next.cursorId });
  };
  useShortcuts(pageShortcuts(command));
  return (
    <div className="trace-explorer">
      <div className="trace-controls">
        <TraceToolbar
          tree={tree}
          search={search}
          find={find}
          onFind={setFind}
          found={found}
          isZoomed={state.range !== null}
          cursor={nodeOf(tree, state.cursorId)}
          onCommand={command}
          onSearch={onSearch}
        />
        <ServiceLegend
          services={services}
          tree={tree}
          colourOf={colourOf}
          mode={search.colour ?? "service"}
          find={find}
          onFind={setFind}
        />
        <Overview
          tree={tree}
          range={state.range ?? tree.extent}
          colourOf={colourOf}
          onRange={(range) => setState((before) => withRange(before, tree, range))}
        />
      </div>
      <div className="trace-body">
        <Waterfall
          tree={tree}
          rows={rows}
          state={state}
          opened={opened}
          mode={search.colour ?? "service"}
          colourOf={colourOf}
          matches={found?.matches ?? null}
          critical={critical}
          onCommand={command}
          onOpen={open}
          onToggle={(node) => setState((before) => withToggled(before, tree, node))}
          onRange={(range) => setState((before) => withRange(before, tree, range))}
        />
        {search.span === undefined || (opened < 0 && !trace.isWhole) ? null : (
          <SpanPanel
            key={search.span}
            trace={trace}
            run={run}
            node={opened}
            spanId={search.span}
            selfNs={self[opened] ?? null}
            onSelect={open}
            onClose={() => onSearch({ span: undefined })}
          />
        )}
      </div>
    </div>
  );
}

function startState(tree: SpanTree, search: TraceSearch): WaterfallState {
  const zoom = parseZoom(search.zoom);
  const zero = tree.extent.startNs;
  const range = zoom === null ? null : { startNs: zero + zoom.fromNs, endNs: zero + zoom.toNs };
  return { ...initialWaterfall, cursorId: search.span ?? "", range };
}

/** The colour number by node; a placeholder has its first child's. */
function useColours(tree: SpanTree): (node: number) => number {
  return useMemo(() => {
    const { spans } = tree;
    const byName = serviceColours(spans.services.values);
    const byCode = spans.services.values.map((name) => byName.get(name) ?? 0);
    return (node) => {
      const span = isPlaceholder(tree, node) ? (tree.firstChild[node] ?? 0) : node;
      return byCode[spans.serviceCodes[span] ?? 0] ?? 0;
    };
  }, [tree]);
}

function useZoomInUrl(state: WaterfallState, tree: SpanTree, shown: string | undefined, onSearch: ChangeSearch): void {
  const zero = tree.extent.startNs;
  const { range } = state;
  const zoom = range === null ? undefined : `${Math.round(range.startNs - zero)}-${Math.round(range.endNs - zero)}`;
  const latest = useRef(onSearch);
  useEffect(() => {
    latest.current = onSearch;
  });
  useEffect(() => {
    if (zoom === shown) return;
    const timer = setTimeout(() => latest.current({ zoom }), zoomSettleMs);
    return () => clearTimeout(timer);
  }, [zoom, shown]);
}

function openCursor(state: WaterfallState, tree: SpanTree, open: (node: number) => void): void {
  const node = nodeOf(tree, state.cursorId);
  if (node >= 0) open(node);
}

function focusFind(): void {
  const input = document.querySelector<HTMLInputElement>(".trace-find input");
  input?.focus();
  input?.select();
}

const letters = ["j", "k", "n", "N", "e", "E", "c", "b", "z", "0", "w", "s", "a", "d", "]", "[", "/", "Escape"];

/** Letters work wherever the focus is. The sequences are the shell's: named here so that their second key is left alone. */
function pageShortcuts(run: (command: WaterfallCommand) => void) {
  const shortcuts: Record<string, (() => void) | undefined> = { "g p": undefined, "g t": undefined, "g s": undefined };
  for (const key of letters) {
    const command = commandOf({ key, ctrlKey: false, metaKey: false, altKey: false });
    if (command !== null) shortcuts[key] = () => run(command);
  }
  return shortcuts;
}
