import { readFile } from "node:fs/promises";
import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Clock } from "../../model/clock.ts";
import { Secret } from "../../model/secret.ts";
import { ClientGone, readBody } from "../body.ts";
import type { HeaderValue, HttpClientSettings } from "./job.ts";

const redirectsMax = 10;

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

export interface HttpGet {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** The path of a socket to connect to instead of the URL's host. */
  readonly unixSocket?: string | undefined;
  /** Of the body, compressed and decompressed alike. */
  readonly bodyBytesMax: number;
}

/** GETs over kept connections, with the credentials and certificates of the settings. Files are read for each request. */
export class HttpClient {
  private readonly settings: HttpClientSettings;
  private readonly clock: Clock;
  private readonly http = new HttpAgent({ keepAlive: true });
  private readonly https = new HttpsAgent({ keepAlive: true });
  private isClosed = false;

  constructor(settings: HttpClientSettings, clock: Clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * The final answer, whatever its status.
   * @throws Error that says what went wrong, in words for the list of targets
   */
  async get({ url, headers, timeoutMs, bodyBytesMax, unixSocket }: HttpGet): Promise<HttpAnswer> {
    const stop = new AbortController();
    const cancel = this.clock.after(timeoutMs, () => stop.abort());
    try {
      const socket = unixSocket === undefined ? {} : { socketPath: unixSocket };
      const options = { ...(await this.tlsOptions()), ...socket, signal: stop.signal };
      const response = await this.follow(new URL(url), { ...headers, ...(await this.ownHeaders()) }, options);
      const body = await readBody(response, { bytesMax: bodyBytesMax, hold: () => {} });
      return { status: response.statusCode ?? 0, contentType: response.headers["content-type"], body };
    } catch (error) {
      if (stop.signal.aborted) throw new Error(`no whole answer within ${timeoutMs / 1000} s`, { cause: error });
      throw describe(error);
    } finally {
      cancel();
    }
  }

  /** Cuts off what is under way. */
  close(): void {
    this.isClosed = true;
    this.http.destroy();
    this.https.destroy();
  }

  private async follow(
    first: URL,
    headers: Record<string, string | string[]>,
    options: RequestOptions,
  ): Promise<IncomingMessage> {
    let url = first;
    for (let redirects = 0; ; redirects++) {
      // Credentials are the first host's, and no other's.
      const { authorization: _own, ...others } = headers;
      const response = await this.send(url, { ...options, headers: url.host === first.host ? headers : others });
      const { location } = response.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0) && location !== undefined;
      if (!this.settings.followRedirects || !isRedirect) return response;
      response.resume();
      if (redirects === redirectsMax) throw new Error(`more than ${redirectsMax} redirects`);
      url = new URL(location, url);
      if (!/^https?:$/.test(url.protocol)) throw new Error(`redirected to ${url.href}, which is not HTTP`);
    }
  }

  /** A kept connection may have been closed by the server just now: then once more, on a new one. */
  private async send(url: URL, options: RequestOptions, isAgain = false): Promise<IncomingMessage> {
    const isHttps = url.protocol === "https:";
    const request = isHttps
      ? httpsRequest(url, { ...options, agent: this.https })
      : httpRequest(url, { ...options, agent: this.http });
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        request.once("response", resolve);
        // Later ones, of a connection that breaks while the body is read, end that reading.
        request.on("error", reject);
        request.end();
      });
    } catch (error) {
      const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
      if (!isStale || isAgain || this.isClosed) throw error;
      return this.send(url, options, true);
    }
  }

  private async ownHeaders(): Promise<Record<string, string | string[]>> {
    const { basicAuth, authorization, headers } = this.settings;
    const own: Record<string, string | string[]> = {};
    for (const [name, values] of Object.entries(headers)) {
      own[name.toLowerCase()] = await Promise.all(values.map(headerText));
    }
    if (basicAuth !== undefined) {
      const { username, usernameFile } = basicAuth;
      const user = usernameFile === undefined ? username : await textOfFile(usernameFile);
      const password = await textOf(basicAuth.password, basicAuth.passwordFile);
      own["authorization"] = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    } else if (authorization !== undefined) {
      const credentials = await textOf(authorization.credentials, authorization.credentialsFile);
      own["authorization"] = `${authorization.type} ${credentials}`;
    }
    return own;
  }

  private async tlsOptions(): Promise<RequestOptions> {
    const { tls } = this.settings;
    const ca = await fileOr(tls.ca, tls.caFile);
    const cert = await fileOr(tls.cert, tls.certFile);
    const key = await fileOr(tls.key?.reveal(), tls.keyFile);
    return {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
      ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
      ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
      rejectUnauthorized: !tls.insecureSkipVerify,
    } as RequestOptions;
  }
}

async function textOf(secret: Secret | undefined, file: string | undefined): Promise<string> {
  return file === undefined ? (secret?.reveal() ?? "") : textOfFile(file);
}

async function textOfFile(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trim();
}

async function headerText(value: HeaderValue): Promise<string> {
  if (typeof value === "string") return value;
  return value instanceof Secret ? value.reveal() : textOfFile(value.file);
}

async function fileOr(text: string | undefined, file: string | undefined): Promise<string | undefined> {
  return file === undefined ? text : readFile(file, "utf8");
}

function describe(error: unknown): Error {
  if (error instanceof ClientGone) return new Error("the connection was closed before the answer was whole");
  // When a name has several addresses and none answers, the message is empty.
  if (error instanceof AggregateError) return new Error(error.errors.map((one) => (one as Error).message).join("; "));
  return error instanceof Error ? error : new Error(String(error));
}
