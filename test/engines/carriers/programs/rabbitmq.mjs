import { connect } from "amqplib";
import { rabbitmq } from "@sightglass/sdk/carriers";

const { RABBITMQ_URL, NAME: queue } = process.env;

async function channel() {
  const connection = await connect(RABBITMQ_URL);
  const opened = await connection.createConfirmChannel();
  await opened.assertQueue(queue);
  return opened;
}

export async function produce() {
  const opened = await channel();
  opened.sendToQueue(queue, Buffer.from("{}"), rabbitmq.inject({ persistent: true, headers: { own: 1 } }));
  await opened.waitForConfirms();
}

export const consume = async () => rabbitmq.extract((await received(1))[0]);

export async function gather(count) {
  const batch = await received(count);
  // Each message stands for ten rows.
  return { links: rabbitmq.links(batch, () => 10), rows: batch.length * 10 };
}

async function received(count) {
  const opened = await channel();
  const found = [];
  await new Promise((resolve) => {
    void opened.consume(queue, (message) => {
      found.push(message);
      opened.ack(message);
      if (found.length === count) resolve();
    });
  });
  return found;
}
