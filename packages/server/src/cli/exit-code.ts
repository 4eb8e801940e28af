import type { ErrorCode } from "../model/errors.ts";

/** Exit codes, as sysexits.h has them where it has one: 64 usage, 69 unavailable, 70 software, 73 cannot create, 78 configuration. */
export const exitCodeOf = {
  invalid_argument: 64,
  unauthenticated: 77,
  permission_denied: 77,
  not_found: 66,
  method_not_allowed: 64,
  unsupported_media_type: 65,
  payload_too_large: 65,
  not_implemented: 64,
  spool_full: 75,
  spool_unwritable: 73,
  store_unavailable: 69,
  unavailable: 69,
  query_timeout: 75,
  query_too_large: 65,
  port_taken: 69,
  data_folder_in_use: 73,
  config_invalid: 78,
  internal: 70,
} as const satisfies Record<ErrorCode, number>;
