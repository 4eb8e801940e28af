import { SightglassError, type ErrorCode } from "../model/errors.ts";

/** ClickHouse error codes (src/Common/ErrorCodes.cpp) that mean more than "the engine refused the SQL". */
const codes: Record<number, ErrorCode> = {
  // TIMEOUT_EXCEEDED, TOO_SLOW
  159: "query_timeout",
  160: "query_timeout",
  // TOO_MANY_ROWS, SET_SIZE_LIMIT_EXCEEDED, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES
  158: "query_too_large",
  191: "query_too_large",
  241: "query_too_large",
  307: "query_too_large",
  396: "query_too_large",
};

/**
 * Errors about the engine's own state: waiting may help, whatever the statement was. SOCKET_TIMEOUT, NETWORK_ERROR,
 * ALL_CONNECTION_TRIES_FAILED and kin; files and disks; TOO_MANY_PARTS; keeper; shutting down; access.
 */
const stateCodes = new Set([
  3, 74, 75, 76, 77, 95, 198, 202, 203, 209, 210, 225, 230, 234, 236, 242, 243, 244, 252, 254, 279, 285, 289, 298, 299,
  319, 335, 341, 342, 364, 373, 394, 416, 425, 473, 499, 516, 519, 529, 598, 637, 665, 668, 669, 700, 735, 999, 1000,
  1001, 1002,
]);

export interface EngineFault {
  /** The engine's number for it, where it gave one. */
  clickhouseCode: number | undefined;
  message: string;
  cause: unknown;
}

/** The code of the catalogue for an engine error; without an engine code the engine did not answer at all. */
export function queryError(fault: EngineFault): SightglassError {
  const { clickhouseCode, cause } = fault;
  if (clickhouseCode === undefined || stateCodes.has(clickhouseCode)) return unavailable(fault);
  const code = codes[clickhouseCode] ?? "invalid_argument";
  return new SightglassError(code, `the store refused the query: ${firstLine(fault.message)}`, {
    cause,
    ...(code === "invalid_argument" ? {} : { hint: "ask for a shorter time range, or for less at once" }),
  });
}

/**
 * The same for an insert: `invalid_argument` when the engine refuses the content (sending it again will not help),
 * else `store_unavailable`, so that nothing acknowledged is given up for a passing reason.
 */
export function insertError(fault: EngineFault): SightglassError {
  const { clickhouseCode, cause } = fault;
  if (clickhouseCode === undefined || !contentCodes.has(clickhouseCode)) return unavailable(fault);
  return new SightglassError("invalid_argument", `the store refuses the rows: ${firstLine(fault.message)}`, { cause });
}

/**
 * Codes with which the engine says that the bytes are wrong: unsupported or unknown type, column missing or mismatched,
 * value out of range or not readable, short or corrupt data, sizes beyond reason.
 */
const contentCodes = new Set([
  6, 8, 9, 10, 16, 20, 26, 27, 32, 33, 38, 41, 43, 44, 50, 53, 69, 70, 72, 108, 117, 122, 128, 131, 190, 246, 261, 271,
  321, 349, 353, 432, 467, 469, 471, 619, 1003,
]);

function unavailable({ message, cause }: EngineFault): SightglassError {
  return new SightglassError("store_unavailable", `the store does not work: ${firstLine(message)}`, {
    cause,
    retryAfterMs: 5_000,
  });
}

function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? "").slice(0, 2_000);
}
