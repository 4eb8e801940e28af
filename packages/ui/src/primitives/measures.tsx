import { formatCount, formatCountShort } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { formatExact, formatMoment, formatMomentExact, formatRelative } from "../format/time.ts";
import { useNow } from "../format/use-now.ts";

/** `12 min ago`, with the exact time on hover. Keeps counting. */
export function RelativeTime({ at }: { at: string | null }) {
  const nowMs = useNow(1_000);
  if (at === null) return <span className="muted">never</span>;
  return (
    <time dateTime={at} title={`${formatExact(at)} (${at})`}>
      {formatRelative(at, nowMs)}
    </time>
  );
}

/** `yesterday 02:10`, with the exact time on hover. */
export function Moment({ at }: { at: string | null }) {
  const nowMs = useNow(60_000);
  if (at === null) return <span className="muted">–</span>;
  return (
    <time dateTime={at} title={`${formatExact(at)} (${at})`}>
      {formatMoment(at, nowMs)}
    </time>
  );
}

/** `02:10:07` today: for lists, where neighbours may be seconds apart. */
export function MomentExact({ at }: { at: string }) {
  const nowMs = useNow(60_000);
  return (
    <time dateTime={at} title={`${formatExact(at)} (${at})`}>
      {formatMomentExact(at, nowMs)}
    </time>
  );
}

/** A duration; while `since` is given and the end is unknown, it grows. */
export function Duration({ ms, since }: { ms: number | null; since?: string | undefined }) {
  if (ms === null && since !== undefined) return <Growing since={since} />;
  return <span {...(ms === null ? { className: "muted" } : { title: `${ms} ms` })}>{formatDuration(ms)}</span>;
}

function Growing({ since }: { since: string }) {
  const nowMs = useNow(1_000);
  return <span>{formatDuration(Math.max(0, Math.round((nowMs - Date.parse(since)) / 1000) * 1000))}</span>;
}

/** A count. `short` writes 48.3M and keeps all digits on hover. */
export function Count({ value, short = false }: { value: number | null; short?: boolean }) {
  if (value === null) return <span className="muted">–</span>;
  return <span title={formatCount(value)}>{short ? formatCountShort(value) : formatCount(value)}</span>;
}
