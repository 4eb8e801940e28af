export { health } from "./health.ts";
export { httpCheck, lagCheck } from "./checks.ts";

export type { FastifyReplyLike, Health, HealthAnswer, HealthOptions, HealthReport, HealthServer } from "./health.ts";
export type { Check, CheckOptions, PartHealth } from "./probe.ts";
