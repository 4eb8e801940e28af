import type { NamingRules } from "../metrics/prometheus-names.ts";

/** How OTLP metrics become Prometheus series: Prometheus' own choices (configuration, `otlp`). */
export interface OtlpTranslation extends NamingRules {
  /** Resource attributes that become labels of every series. */
  readonly promoted: Promotion;
  /** Whether `target_info` keeps the attributes that `job` and `instance` are made of. */
  readonly keepIdentifyingAttributes: boolean;
  /** Whether a scope's name, version, schema and attributes become `otel_scope_*` labels. */
  readonly promoteScope: boolean;
  /** Whether histograms with explicit bounds become native histograms with custom buckets. */
  readonly convertHistograms: boolean;
}

export interface Promotion {
  /** Whether `keys` are the ones left out, and not the only ones. */
  readonly isAllBut: boolean;
  readonly keys: ReadonlySet<string>;
}

/** What is done without an `otlp` block. */
export const defaultTranslation: OtlpTranslation = {
  strategy: "UnderscoreEscapingWithSuffixes",
  labelUnderscoreSanitization: true,
  labelPreserveMultipleUnderscores: true,
  promoted: { isAllBut: false, keys: new Set() },
  keepIdentifyingAttributes: false,
  promoteScope: true,
  convertHistograms: false,
};
