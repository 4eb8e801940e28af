export { environment } from "./environment.ts";
export { http } from "./http.ts";
export { kafka } from "./kafka.ts";
export { traceparent } from "./traceparent.ts";

export type { HttpHeaders } from "./http.ts";
export type { KafkaHeaders, KafkaMessage } from "./kafka.ts";
