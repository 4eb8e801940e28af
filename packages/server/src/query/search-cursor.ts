import { SightglassError } from "../model/errors.ts";

/** Where a page of a search ended: traces are ordered by the start of their newest matching span, then by id, falling. */
export interface SearchPosition {
  /** The end of the searched range, kept for all pages: spans that arrive in between must not move what was found. */
  endNs: bigint;
  newestNs: bigint;
  traceId: string;
}

export function encodeSearchCursor({ endNs, newestNs, traceId }: SearchPosition): string {
  return Buffer.from(`${endNs}.${newestNs}.${traceId}`).toString("base64url");
}

/** @throws SightglassError invalid_argument */
export function decodeSearchCursor(cursor: string): SearchPosition {
  const match = /^(-?\d{1,20})\.(-?\d{1,20})\.([0-9a-f]{32})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (match === null)
    throw new SightglassError("invalid_argument", "the cursor is not one of this search", {
      hint: "pass `next` of the page before, unchanged, or leave the cursor out",
    });
  const [, endNs = "", newestNs = "", traceId = ""] = match;
  return { endNs: BigInt(endNs), newestNs: BigInt(newestNs), traceId };
}
