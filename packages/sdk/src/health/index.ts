export { cacheCheck, databaseCheck, httpCheck, lagCheck } from "./checks.ts";
export { gracefulShutdown } from "./graceful-shutdown.ts";
export { health } from "./health.ts";
export { kafkaLag } from "./kafka-lag.ts";

export type { ShutdownOptions, ShutdownStep } from "./graceful-shutdown.ts";
export type { FastifyReplyLike, Health, HealthAnswer, HealthOptions, HealthReport, HealthServer } from "./health.ts";
export type { KafkaAdminLike } from "./kafka-lag.ts";
export type { Check, CheckOptions, PartHealth } from "./probe.ts";
