import { connect, headers } from "@nats-io/transport-node";
import { nats } from "@sightglass/sdk/carriers";

const { NATS_URL, NAME: subject } = process.env;

export async function produce() {
  const connection = await connect({ servers: NATS_URL });
  connection.publish(subject, "{}", { headers: nats.inject(headers()) });
  await connection.drain();
}

export async function consume(ready) {
  const connection = await connect({ servers: NATS_URL });
  const subscription = connection.subscribe(subject, { max: 1 });
  await connection.flush();
  ready();
  for await (const message of subscription) return nats.extract(message);
}
