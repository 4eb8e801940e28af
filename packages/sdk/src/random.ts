/** A new run id: a random UUID (RFC 9562, version 4). */
export function newRunId(): string {
  return globalThis.crypto.randomUUID();
}
