export { bootstrap } from "./bootstrap.ts";
export type { BootstrapOptions, Telemetry } from "./bootstrap.ts";
export type { KeepRules } from "./keep.ts";
export type { MetricsOptions, PushgatewayOptions } from "./metric-parts.ts";
export type { PersonalDataOptions, PersonalPattern } from "./personal-data.ts";
export type { SampleRatio } from "./sampler.ts";
