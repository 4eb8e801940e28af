import { isDeepStrictEqual } from "node:util";
import type { SecureContextOptions, Server as TlsServer, TlsOptions, TLSSocket } from "node:tls";
import type { Clock } from "../model/clock.ts";
import { every, type Repeated } from "../model/every.ts";
import { limits } from "../model/limits.ts";
import { readTlsFiles, type TlsMaterial, type TlsSettings } from "./tls-files.ts";

const dayMs = 24 * 60 * 60 * 1000;

export interface ServerTlsOptions {
  readonly settings: TlsSettings;
  readonly clock: Clock;
  /** Told of a certificate that has expired, is not valid yet or soon will not be, and of files that cannot be used; once each. */
  readonly onWarning: (warning: string) => void;
  /** Told when other files have been taken. */
  readonly onRenewed: (subject: string) => void;
  /** Told why a client could not connect. */
  readonly onRefused: (listener: string, error: Error) => void;
}

/** What servers of `node:tls` and `node:https` have in common. */
type ServerTlsSocketOptions = SecureContextOptions &
  Pick<TlsOptions, "requestCert" | "rejectUnauthorized" | "handshakeTimeout">;

/** How many handshakes failed, by listener. */
type HandshakeFailures = ReadonlyMap<string, number>;

/**
 * The certificate of all listeners. Its files are read again when they change: connections made from then on get the new
 * one, and files that cannot be used change nothing.
 */
export class ServerTls {
  readonly #options: ServerTlsOptions;
  readonly #servers = new Set<TlsServer>();
  readonly #failures = new Map<string, number>();
  #material: TlsMaterial;
  #fault: string | null = null;
  #warned = new Set<string>();
  #watching: Repeated | undefined;

  /** @throws SightglassError config_invalid */
  constructor(options: ServerTlsOptions) {
    this.#options = options;
    this.#material = readTlsFiles(options.settings);
  }

  /** What a server of `node:tls` and `node:https` is made with; `follow` it afterwards. */
  get serverOptions(): ServerTlsSocketOptions {
    const { clientAuth } = this.#options.settings;
    return {
      ...this.#material.context,
      requestCert: clientAuth !== "NoClientCert",
      // Where none is needed, `follow` refuses those that were given and are signed by nobody known.
      rejectUnauthorized: clientAuth === "RequireAndVerifyClientCert",
      handshakeTimeout: limits.tlsHandshakeTimeoutMs.value,
    };
  }

  get handshakeFailures(): HandshakeFailures {
    return this.#failures;
  }

  get notAfterMs(): number {
    return this.#material.notAfterMs;
  }

  /** Why the files that are there now are not used; null when they are. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Gives the server renewed certificates, and counts whom it could not speak to. @param listener as its setting is named */
  follow(server: TlsServer, listener: string): void {
    this.#servers.add(server);
    this.#failures.set(listener, 0);
    server.once("close", () => this.#servers.delete(server));
    const refuse = (error: Error) => {
      this.#failures.set(listener, (this.#failures.get(listener) ?? 0) + 1);
      this.#options.onRefused(listener, error);
    };
    server.on("tlsClientError", refuse);
    if (this.#options.settings.clientAuth !== "VerifyClientCertIfGiven") return;
    server.prependListener("secureConnection", (socket: TLSSocket) => {
      if (socket.authorized || Object.keys(socket.getPeerCertificate()).length === 0) return;
      socket.destroy();
      refuse(socket.authorizationError);
    });
  }

  /** Watches the files and the days that are left. */
  start(): void {
    this.#warnOfDates();
    this.#watching = every(limits.tlsFilesIntervalMs.value, this.#options.clock, async () => {
      try {
        this.reload();
      } catch (error) {
        // A pair may be caught half replaced: it is looked at again, and told once.
        this.#warn((error as Error).message);
      }
      this.#warnOfDates();
    });
  }

  async stop(): Promise<void> {
    await this.#watching?.stop();
  }

  /** Takes the files as they are now. @throws SightglassError config_invalid; then everything stays as it was */
  reload(): void {
    let next: TlsMaterial;
    try {
      next = readTlsFiles(this.#options.settings);
    } catch (error) {
      this.#fault = (error as Error).message;
      throw error;
    }
    this.#fault = null;
    if (isDeepStrictEqual(next.context, this.#material.context)) return;
    this.#material = next;
    this.#warned.clear();
    for (const server of this.#servers) server.setSecureContext(next.context);
    this.#options.onRenewed(next.subject);
  }

  /** Null when all is well, else what is not. */
  health(): string | null {
    if (this.#fault !== null) return `${this.#fault}; the certificate from before is used`;
    return this.#isValid() ? null : this.#datesText();
  }

  #isValid(): boolean {
    const nowMs = this.#options.clock.nowMs();
    return nowMs >= this.#material.notBeforeMs && nowMs < this.#material.notAfterMs;
  }

  #warnOfDates(): void {
    const nowMs = this.#options.clock.nowMs();
    const isSoon = this.#material.notAfterMs - nowMs < limits.tlsExpiryWarningMs.value;
    if (!this.#isValid()) this.#warn(this.#datesText());
    else if (isSoon) {
      const days = Math.floor((this.#material.notAfterMs - nowMs) / dayMs);
      this.#warn(`the certificate ${this.#options.settings.certFile} expires in ${days} days`);
    }
  }

  #datesText(): string {
    const { notBeforeMs, notAfterMs } = this.#material;
    const { certFile } = this.#options.settings;
    return this.#options.clock.nowMs() < notBeforeMs
      ? `the certificate ${certFile} is valid from ${new Date(notBeforeMs).toISOString()} on only`
      : `the certificate ${certFile} expired at ${new Date(notAfterMs).toISOString()}`;
  }

  #warn(warning: string): void {
    if (this.#warned.has(warning)) return;
    this.#warned.add(warning);
    this.#options.onWarning(warning);
  }
}
