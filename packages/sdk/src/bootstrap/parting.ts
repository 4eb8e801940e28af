import type { Clock } from "../clock.ts";
import { type Letter, postBeforeExit } from "./last-post.ts";
import type { SpoolFolder } from "./spool/folder.ts";

export interface Parting {
  /** How long the server may take, in milliseconds. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly spool: SpoolFolder | undefined;
  /** `mustBeSaid` where something is lost that somebody wanted to be kept. */
  readonly complain: (text: string, mustBeSaid: boolean) => void;
}

/** The last that this process does for what it could not send: posts it once more, and keeps on disk what is left. */
export function partWith(letters: readonly Letter[], isWorthPosting: boolean, parting: Parting): void {
  if (letters.length === 0) return;
  const { limitMs, clock, spool, complain } = parting;
  const left = isWorthPosting ? postBeforeExit(letters, limitMs, clock) : letters;
  if (left.length === 0) return;
  const { lost, dropped, reason } = keep(left, spool);
  const kept = left.length - lost;
  const lines: string[] = [];
  if (kept > 0) lines.push(`${kept} requests wait in ${spool?.path} for the next start`);
  if (dropped > 0) lines.push(`${dropped} older ones there were dropped to make room`);
  if (lost > 0) lines.push(`${lost} requests are lost${reason === undefined ? "" : ` (${reason})`}`);
  complain(`the server did not take the last telemetry; ${lines.join("; ")}`, spool !== undefined && lost > 0);
}

function keep(
  letters: readonly Letter[],
  spool: SpoolFolder | undefined,
): { lost: number; dropped: number; reason: string | undefined } {
  const result = { lost: 0, dropped: 0, reason: undefined as string | undefined };
  for (const { signal, encoding, body } of letters)
    try {
      const dropped = signal === undefined ? undefined : spool?.add(signal, encoding, body);
      if (dropped === undefined) result.lost += 1;
      else result.dropped += dropped;
    } catch (thrown) {
      result.lost += 1;
      result.reason = thrown instanceof Error ? thrown.message : String(thrown);
    }
  return result;
}
