/** Where telemetry waits that could not be sent before the process ended. */
export interface SpoolOptions {
  /** A folder that this process may write to. Programs may share one; the next that starts sends what it finds. */
  folder: string;
  /** What the folder may hold, in bytes; the oldest makes room. Default 67108864 (64 MiB). */
  bytesMax?: number;
}

export const spoolBytesMax = 64 * 1024 * 1024;
