import { useLive } from "../api/live.ts";
import { formatMoment, formatRelative } from "../format/time.ts";
import { useNow } from "../format/use-now.ts";

const words = { connecting: "Connecting", live: "Live", polling: "Every 5 s", lost: "No connection" } as const;
const hints = {
  connecting: "Waiting for the server's first answer.",
  live: "Changes appear by themselves.",
  polling: "The server sends no events; the page asks every 5 s.",
  lost: "The server does not answer. The page keeps trying.",
} as const;

/** In the navigation: whether what is on screen is up to date. */
export function ConnectionMark() {
  const { state } = useLive();
  return (
    <span className={`connection connection-${state}`} title={hints[state]} data-live={state}>
      <span className="connection-dot" aria-hidden="true" />
      {words[state]}
    </span>
  );
}

/** Over the content, when the connection is lost: the data stay, with their age. */
export function ConnectionBanner() {
  const { state, heardAtMs } = useLive();
  const nowMs = useNow(1_000);
  if (state !== "lost") return null;
  const heardAt = heardAtMs === null ? null : new Date(heardAtMs).toISOString();
  return (
    <output className="stale-banner">
      <strong>Connection lost.</strong>{" "}
      {heardAt === null
        ? "The server has not answered yet. Trying again…"
        : `Showing what was known at ${formatMoment(heardAt, nowMs)} (${formatRelative(heardAt, nowMs)}). Trying again…`}
    </output>
  );
}
