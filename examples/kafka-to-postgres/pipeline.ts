import { once } from "node:events";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { duplicate, pipeline } from "@sightglass/sdk";
import { kafka } from "@sightglass/sdk/carriers";
import { type Batch, Kafka, logLevel } from "kafkajs";
import { Pool } from "pg";

/** Each batch of the topic `orders` is one run: decoded, then written in one transaction. Runs until it is told to stop. */

interface Order {
  id: number;
  customer: string;
  cents: number;
}

const telemetry = bootstrap({ service: "orders-consumer" });
const client = new Kafka({
  clientId: "orders-consumer",
  brokers: (process.env.KAFKA_BROKERS ?? "127.0.0.1:9092").split(","),
  logLevel: logLevel.ERROR,
});
const database = new Pool({ connectionString: process.env.DATABASE_URL ?? "postgres://127.0.0.1:5432/postgres" });
const consumer = client.consumer({ groupId: "orders-to-postgres" });
const deadLetters = client.producer();

async function load(batch: Batch): Promise<void> {
  const partition = `${batch.topic}/${batch.partition}/${batch.firstOffset()}`;
  await pipeline("orders", { partition }, async (run) => {
    // Links, not a parent: the batch comes from many producers.
    const consume = { source: { system: "kafka", table: batch.topic }, links: kafka.links(batch.messages) };
    const orders: Order[] = [];
    await run.stage("decode", consume, (stage) =>
      stage.each(batch.messages, (message) => void orders.push(orderOf(message.value)), {
        bytes: ({ value }) => value?.byteLength ?? 0,
        deadLetter: async ({ key, value }) => {
          await deadLetters.send({ topic: "orders.failed", messages: [kafka.inject({ key, value })] });
        },
      }),
    );
    await run.stage("load", { sink: { system: "postgresql", table: "orders" }, retries: 3 }, async (stage) => {
      const connection = await database.connect();
      try {
        await connection.query("BEGIN");
        await stage.each(orders, async ({ id, customer, cents }) => {
          const { rowCount } = await connection.query(
            "INSERT INTO orders (id, customer, cents) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
            [id, customer, cents],
          );
          return rowCount === 0 ? duplicate : undefined;
        });
        await connection.query("COMMIT");
      } catch (error) {
        await connection.query("ROLLBACK");
        throw error;
      } finally {
        connection.release();
      }
    });
  });
}

/** A `code` becomes the reason that the page groups failed records by. */
function orderOf(value: Buffer | null): Order {
  const order = JSON.parse(value?.toString() ?? "null") as Partial<Order> | null;
  if (typeof order?.id !== "number" || typeof order.customer !== "string" || typeof order.cents !== "number")
    throw Object.assign(new Error("an order needs id, customer and cents"), { code: "not_an_order" });
  return { id: order.id, customer: order.customer, cents: order.cents };
}

await database.query(
  "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, customer text NOT NULL, cents bigint NOT NULL)",
);
await deadLetters.connect();
await consumer.connect();
await consumer.subscribe({ topic: "orders", fromBeginning: true });
// A batch that throws is not committed, and comes again.
await consumer.run({ eachBatch: ({ batch }) => load(batch) });

await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await consumer.disconnect();
await deadLetters.disconnect();
await database.end();
await telemetry.shutdown();
