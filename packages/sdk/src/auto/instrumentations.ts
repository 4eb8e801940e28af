import type { Instrumentation } from "@opentelemetry/instrumentation";
import { AwsInstrumentation } from "@opentelemetry/instrumentation-aws-sdk";
import { IORedisInstrumentation } from "@opentelemetry/instrumentation-ioredis";
import { KafkaJsInstrumentation } from "@opentelemetry/instrumentation-kafkajs";
import { MongoDBInstrumentation } from "@opentelemetry/instrumentation-mongodb";
import { MySQL2Instrumentation } from "@opentelemetry/instrumentation-mysql2";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { RedisInstrumentation } from "@opentelemetry/instrumentation-redis";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { isWanted } from "./environment.ts";
import { commandText } from "./mongodb-text.ts";
import { withoutValues } from "./sql-text.ts";

/**
 * Only within a run, a stage or another span: what a pool or a health check does on its own would be traces of one span that
 * nobody looks for.
 */
const requireParentSpan = true;

const known: Record<string, () => Instrumentation> = {
  pg: () =>
    new PgInstrumentation({
      requireParentSpan,
      requestHook: (span, { query }) => span.setAttribute("db.query.text", withoutValues(query.text, "postgresql")),
    }),
  mysql2: () =>
    new MySQL2Instrumentation({ maskStatement: true, maskStatementHook: (sql) => withoutValues(sql, "mysql") }),
  // Its own text of an insert has a `?` for each byte.
  mongodb: () => new MongoDBInstrumentation({ requireParentSpan, dbStatementSerializer: commandText }),
  // These leave values out by themselves.
  redis: () => new RedisInstrumentation({ requireParentSpan }),
  ioredis: () => new IORedisInstrumentation({ requireParentSpan }),
  kafkajs: () => new KafkaJsInstrumentation(),
  "aws-sdk": () => new AwsInstrumentation({ suppressInternalInstrumentation: true }),
  undici: () => new UndiciInstrumentation({ requireParentforSpans: requireParentSpan }),
};

/** Those that are wanted, already at work: each takes effect when its library is loaded. */
export function startInstrumentations(): Instrumentation[] {
  return Object.entries(known)
    .filter(([name]) => isWanted(name))
    .map(([, make]) => make());
}
