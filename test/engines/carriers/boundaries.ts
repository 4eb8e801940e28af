import { airflow } from "../peers/airflow.ts";
import { dbt } from "../peers/dbt.ts";
import { kafka } from "../peers/kafka.ts";
import { moto } from "../peers/moto.ts";
import { nats } from "../peers/nats.ts";
import type { PeerKind } from "../peers/peer.ts";
import { postgresql } from "../peers/postgresql.ts";
import { prefect } from "../peers/prefect.ts";
import { rabbitmq } from "../peers/rabbitmq.ts";
import { redis } from "../peers/redis.ts";
import { spark } from "../peers/spark.ts";

/** One boundary between two processes; what each of them does is in `programs/NAME.mjs`. */
export interface Boundary {
  name: string;
  /** What lies between; none where the processes speak to each other. */
  peer?: PeerKind;
  /**
   * `stored`: what is sent waits for who takes it. `listening`: who is not there misses it. `child`: the producer starts the
   * consumer itself.
   */
  order: "stored" | "listening" | "child";
  /** Takes many messages at once, of several producers: rows of each. */
  rowsPerProducer?: number;
}

export const boundaries: Boundary[] = [
  { name: "http-fetch", order: "listening" },
  { name: "http-undici", order: "listening" },
  { name: "http-node", order: "listening" },
  { name: "environment", order: "child" },
  { name: "sidecar", order: "stored", rowsPerProducer: 2 },
  { name: "row", peer: postgresql, order: "stored", rowsPerProducer: 2 },
  { name: "table-comment", peer: postgresql, order: "stored" },
  { name: "sql-comment", peer: postgresql, order: "stored" },
  { name: "notify", peer: postgresql, order: "listening" },
  { name: "payload", peer: redis, order: "stored" },
  { name: "bullmq", peer: redis, order: "stored" },
  { name: "rabbitmq", peer: rabbitmq, order: "stored", rowsPerProducer: 10 },
  { name: "nats", peer: nats, order: "listening" },
  { name: "jetstream", peer: nats, order: "stored", rowsPerProducer: 1 },
  { name: "kafka", peer: kafka, order: "stored", rowsPerProducer: 3 },
  { name: "s3", peer: moto, order: "stored" },
  { name: "dbt", peer: dbt, order: "stored" },
  { name: "spark", peer: spark, order: "stored" },
  { name: "prefect", peer: prefect, order: "stored" },
  { name: "airflow-conf", peer: airflow, order: "stored" },
  { name: "airflow-xcom", peer: airflow, order: "stored" },
];

/** OTEL_PROPAGATORS of both sides. */
export const formats = ["tracecontext,baggage", "b3", "b3multi"];
