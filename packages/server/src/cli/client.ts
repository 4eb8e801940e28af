import { readFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { buffer } from "node:stream/consumers";

/** Files in PEM by which a client trusts a server, and is trusted by it. */
export interface ClientFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** As much of `fetch` as commands need. */
export type Send = (
  url: string,
  init: { method: "POST"; headers: Record<string, string>; body: string; signal?: AbortSignal },
) => Promise<Response>;

/** `fetch` with certificates, which that of Node 20 cannot be given. The files are read for each request. */
export function sendWith(files: ClientFiles): Send {
  const isGiven = files.ca !== undefined || files.cert !== undefined;
  return async (url, init) => {
    if (!isGiven || !url.startsWith("https:")) return fetch(url, init);
    const { body, ...options } = init;
    const pem = async (file: string | undefined) => (file === undefined ? undefined : await readFile(file));
    const tls = { ca: await pem(files.ca), cert: await pem(files.cert), key: await pem(files.key) };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(url, { ...options, ...tls }, (response) => {
        buffer(response).then(
          (bytes) => resolve(new Response(bytes.length === 0 ? null : bytes, { status: response.statusCode ?? 0 })),
          reject,
        );
      });
      request.once("error", reject);
      request.end(body);
    });
  };
}

/** Why no answer came: `fetch` hides the reason in the cause, and that may hide several. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  return thrown.cause === undefined ? thrown.message : reasonOf(thrown.cause);
}
