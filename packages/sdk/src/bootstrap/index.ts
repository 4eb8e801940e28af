export { bootstrap } from "./bootstrap.ts";
export type { BootstrapOptions, Telemetry } from "./bootstrap.ts";
export type { KeepRules } from "./keep-rules.ts";
export type { MetricsOptions, PushgatewayOptions } from "./metrics-options.ts";
export type { PersonalDataOptions } from "./personal-data.ts";
export type { PersonalPattern } from "./personal-patterns.ts";
export type { SampleRatio } from "./sample-ratio.ts";
export type { SpoolOptions } from "./spool/options.ts";
