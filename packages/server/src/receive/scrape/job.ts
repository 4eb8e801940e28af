import type { EscapingScheme, ScrapeProtocol } from "../../decode/exposition/parse.ts";
import type { Secret } from "../../model/secret.ts";
import type { ResolutionLimits } from "../../decode/prometheus/resolution.ts";
import type { RelabelRule } from "./relabel.ts";

/** Addresses with the labels that they share, as every discovery yields them. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** How to speak HTTP to targets and discovery servers (Prometheus configuration, `<http_config>`). */
export interface HttpClientSettings {
  readonly basicAuth?:
    | {
        readonly username: string;
        readonly usernameFile?: string | undefined;
        readonly password?: Secret | undefined;
        readonly passwordFile?: string | undefined;
      }
    | undefined;
  readonly authorization?:
    | {
        readonly type: string;
        readonly credentials?: Secret | undefined;
        readonly credentialsFile?: string | undefined;
      }
    | undefined;
  readonly tls: TlsSettings;
  readonly followRedirects: boolean;
  readonly headers: Readonly<Record<string, readonly HeaderValue[]>>;
}

/** A value as it is, or the file that has it. */
export type HeaderValue = string | Secret | { readonly file: string };

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly caFile?: string | undefined;
  readonly cert?: string | undefined;
  readonly certFile?: string | undefined;
  readonly key?: Secret | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
}

/** What a scrape may bring; 0 is no limit. */
export interface ScrapeLimits {
  readonly bodyBytesMax: number;
  readonly samplesMax: number;
  readonly labelsMax: number;
  readonly labelNameLengthMax: number;
  readonly labelValueLengthMax: number;
}

/** One entry of `scrape_configs`, with everything filled in. */
export interface ScrapeJob {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly metricsPath: string;
  readonly scheme: "http" | "https";
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  readonly protocols: readonly ScrapeProtocol[];
  readonly fallbackProtocol: ScrapeProtocol | undefined;
  readonly nativeHistograms: boolean;
  /** Whether classic histograms become native ones with custom buckets. */
  readonly convertsClassic: boolean;
  /** Of native histograms. */
  readonly resolution: ResolutionLimits;
  readonly classicBesideNative: boolean;
  readonly enableCompression: boolean;
  /** Whether names beyond `[a-zA-Z_:][a-zA-Z0-9_:]*` are taken. */
  readonly allowsUtf8Names: boolean;
  /** How targets are asked to write them. */
  readonly escaping: EscapingScheme;
  readonly limits: ScrapeLimits;
  /** More targets than this fail as a whole; 0 is no limit. */
  readonly targetsMax: number;
  /** Most dropped targets that are listed. */
  readonly droppedTargetsMax: number;
  readonly extraScrapeMetrics: boolean;
  readonly client: HttpClientSettings;
  readonly staticGroups: readonly TargetGroup[];
  readonly fileDiscoveries: readonly { readonly files: readonly string[]; readonly refreshMs: number }[];
  readonly httpDiscoveries: readonly {
    readonly url: string;
    readonly refreshMs: number;
    readonly client: HttpClientSettings;
  }[];
  readonly relabelRules: readonly RelabelRule[];
  readonly metricRelabelRules: readonly RelabelRule[];
}
