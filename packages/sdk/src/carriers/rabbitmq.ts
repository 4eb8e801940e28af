import { activeFields, contextOf } from "./fields.ts";
import { reader } from "./reader.ts";

type Headers = Readonly<Record<string, unknown>>;

/** What is used of a message that amqplib delivers. */
export interface RabbitmqMessage {
  readonly properties: { readonly headers?: Headers | null | undefined };
}

/** RabbitMQ's messages, and those of other AMQP 0-9-1 brokers. */
export const rabbitmq = {
  /** The options with the trace of what is active in their headers: `channel.publish(exchange, key, content, rabbitmq.inject(options))`. */
  inject<Options extends object>(this: void, options?: Options): Options & { headers: Headers } {
    const given = (options ?? {}) as Options & { headers?: Headers };
    return { ...given, headers: { ...given.headers, ...activeFields() } };
  },

  ...reader((message: RabbitmqMessage) => contextOf((field) => message.properties.headers?.[field])),
};
