import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import { formatCount, formatRatio } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { Table } from "../primitives/table.tsx";
import { FlameGraph } from "./flame-graph.tsx";
import { flameOf } from "./flame-tree.ts";
import type { Profile } from "./profile-events.ts";
import "./flame.css";

/** Functions beside the span; all of them are in the dialog. */
const briefFunctions = 4;

/** What was found, in a few lines, and the way to the flame graph: a dialog with a URL of its own. */
export function ProfileSection({ profile, of }: { profile: Profile; of: string }) {
  const search: { profile?: "1" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const open = (isOpen: boolean) =>
    void navigate({
      to: ".",
      search: ({ profile: _closed, ...before }) => (isOpen ? { ...before, profile: "1" as const } : before),
      replace: !isOpen,
    });
  const longest = profile.functions.toSorted((a, b) => b.selfMs - a.selfMs).slice(0, briefFunctions);
  return (
    <div className="profile">
      <p className="span-note">{whyOf(profile)}</p>
      <ol className="profile-brief">
        {longest.map(({ name, place, selfMs }) => (
          <li key={`${name} ${place}`} title={place}>
            <span className="truncate">{name}</span>
            <span className="muted">{formatRatio(selfMs / profile.durationMs)}</span>
          </li>
        ))}
      </ol>
      <button type="button" className="button" onClick={() => open(true)}>
        Flame graph
      </button>
      {search.profile === "1" ? <ProfileDialog profile={profile} of={of} onClose={() => open(false)} /> : null}
    </div>
  );
}

function whyOf({ reason, durationMs, idleMs, expectedMs }: Profile): string {
  const usual = expectedMs === null ? "usual" : `the usual ${formatDuration(expectedMs)}`;
  const why =
    reason === "slow"
      ? `Profiled because it took longer than ${usual}: `
      : reason === "slow_before"
        ? "Profiled because the attempt before was slow: "
        : "Profiled for ";
  const waiting = idleMs / durationMs < 0.01 ? "" : `, waiting for ${formatRatio(idleMs / durationMs)} of it`;
  return `${why}${formatDuration(durationMs)}${waiting}.`;
}

function ProfileDialog({ profile, of, onClose }: { profile: Profile; of: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const flame = useMemo(() => flameOf(profile.folded), [profile.folded]);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="flame-dialog" aria-labelledby="flame-title" onClose={onClose}>
      <header>
        <h2 id="flame-title">Profile of {of}</h2>
        <p className="muted">
          {whyOf(profile)} {formatCount(profile.sampleCount)} samples.
        </p>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {flame.frames.length === 0 ? (
        <p className="span-note">
          Its stacks did not arrive: the sender limits how long a text may be, or how many events.
        </p>
      ) : (
        <FlameGraph flame={flame} />
      )}
      <Functions profile={profile} />
    </dialog>
  );
}

function Functions({ profile: { functions, durationMs } }: { profile: Profile }) {
  return (
    <Table caption="Functions with the most time" dense>
      <thead>
        <tr>
          <th scope="col">Function</th>
          <th scope="col">Where</th>
          <th scope="col" className="num">
            Itself
          </th>
          <th scope="col" className="num">
            With what it called
          </th>
        </tr>
      </thead>
      <tbody>
        {functions.map(({ name, place, selfMs, totalMs }) => (
          <tr key={`${name} ${place}`}>
            <th scope="row">{name}</th>
            <td className="mono muted">{place}</td>
            <td className="num">
              {formatDuration(selfMs)} <span className="muted">{formatRatio(selfMs / durationMs)}</span>
            </td>
            <td className="num">
              {formatDuration(totalMs)} <span className="muted">{formatRatio(totalMs / durationMs)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
