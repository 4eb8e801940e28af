import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { nats } from "@sightglass/sdk/carriers";

const { NATS_URL, NAME: name } = process.env;

/** A stream of one subject, which keeps what was published, and a consumer that remembers where it is. */
async function stream() {
  const connection = await connect({ servers: NATS_URL });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name, subjects: [name] });
  await manager.consumers.add(name, { durable_name: name, ack_policy: "explicit" });
  return jetstream(connection);
}

export async function produce() {
  const { seq } = await (await stream()).publish(name, "{}", { headers: nats.inject(headers()) });
  if (!(seq > 0)) throw new Error("the stream did not keep it");
}

export const consume = async () => nats.extract((await received(1))[0]);

export async function gather(count) {
  const batch = await received(count);
  return { links: nats.links(batch), rows: batch.length };
}

async function received(count) {
  const consumer = await (await stream()).consumers.get(name, name);
  const batch = [];
  for await (const message of await consumer.fetch({ max_messages: count })) {
    message.ack();
    batch.push(message);
  }
  return batch;
}
