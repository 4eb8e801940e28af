import { kafka } from "@sightglass/sdk/carriers";
import { kafkaLag } from "@sightglass/sdk/health";
import { Kafka, logLevel } from "kafkajs";

const { KAFKA_BROKER, NAME: topic } = process.env;
const groupId = `${topic}-group`;
const client = new Kafka({ brokers: [KAFKA_BROKER], logLevel: logLevel.NOTHING });

/** Headers as a string, as bytes and as a list: what was there before gives way. */
const messages = [
  { value: "1", headers: { traceparent: "old" } },
  { value: "2", headers: { traceparent: Buffer.from("old"), other: Buffer.from("x") } },
  { value: "3", headers: { traceparent: ["old", "older"] } },
];

export async function produce() {
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic, messages: messages.map(kafka.inject) });
  await producer.disconnect();
}

export async function consume() {
  const [message] = await received(1);
  return kafka.extract(message);
}

export async function gather(count) {
  const admin = client.admin();
  await admin.connect();
  const lag = kafkaLag(admin, groupId, topic);
  const before = await lag();
  const batch = await received(count * messages.length);
  if (before !== batch.length || (await lag()) !== 0) throw new Error(`the lag was ${before}, then ${await lag()}`);
  await admin.disconnect();
  return { links: kafka.links(batch), rows: batch.length };
}

async function received(count) {
  const consumer = client.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found = [];
  await new Promise((resolve, reject) => {
    consumer
      .run({
        eachBatch: async ({ batch }) => {
          found.push(...batch.messages);
          if (found.length >= count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}
