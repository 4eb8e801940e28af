import type { IncomingMessage } from "node:http";
import type { GetObjectCommandOutput, PutObjectCommandInput, S3Client } from "@aws-sdk/client-s3";
import type { MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import type { Link } from "@opentelemetry/api";
import type { Channel, ConsumeMessage, Options } from "amqplib";
import type { Job, JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Admin, EachBatchPayload, KafkaMessage, Message } from "kafkajs";
import type { Connection } from "mysql2/promise";
import type { Notification, Pool } from "pg";
import type { RedisClientType } from "redis";
import type { Dispatcher } from "undici";
import { describe, expectTypeOf, it } from "vitest";
import type { cacheCheck, databaseCheck, kafkaLag } from "../health/index.ts";
import { bullmq, environment, http, kafka, nats, type notify, rabbitmq, row, s3, s3Middleware } from "./index.ts";
import type * as carriers from "./index.ts";

/** The real clients' types fit. Checked by tsc; nothing here runs. */
describe("types", () => {
  it("fit the clients", () => {
    const use = async (clients: {
      s3: S3Client;
      nats: NatsConnection;
      natsHeaders: MsgHdrs;
      rabbitmq: Channel;
      queue: Queue<{ id: number }>;
      kafka: EachBatchPayload;
    }) => {
      clients.s3.middlewareStack.use(s3Middleware);
      const put: PutObjectCommandInput = { Bucket: "b", Key: "k", Metadata: s3.inject({ own: "x" }) };
      clients.nats.publish("subject", "{}", { headers: nats.inject(clients.natsHeaders) });
      for await (const message of clients.nats.subscribe("subject")) nats.extract(message);
      clients.rabbitmq.publish("exchange", "key", Buffer.alloc(0), rabbitmq.inject({ persistent: true }));
      await clients.queue.add("load", { id: 1 }, bullmq.inject({ attempts: 3 }));
      const { messages } = clients.kafka.batch;
      expectTypeOf(kafka.links(messages, ({ value }) => value?.length ?? 0)).toEqualTypeOf<Link[]>();
      return put;
    };
    expectTypeOf(use).toBeFunction();
    expectTypeOf<KafkaMessage>().toExtend<Parameters<typeof kafka.extract>[0]>();
    expectTypeOf<GetObjectCommandOutput>().toExtend<Parameters<typeof s3.extract>[0]>();
    expectTypeOf<ConsumeMessage>().toExtend<Parameters<typeof rabbitmq.extract>[0]>();
    expectTypeOf<Job>().toExtend<Parameters<typeof bullmq.extract>[0]>();
    expectTypeOf<Notification>().toExtend<Parameters<typeof notify.extract>[0]>();
    expectTypeOf<IncomingMessage["headers"]>().toExtend<Parameters<typeof http.extract>[0]>();
    expectTypeOf<Dispatcher.ResponseData["headers"]>().toExtend<Parameters<typeof http.extract>[0]>();
    expectTypeOf<Request["headers"]>().toExtend<Parameters<typeof http.extract>[0]>();
    expectTypeOf<Pool | Connection>().toExtend<Parameters<typeof databaseCheck>[0]>();
    expectTypeOf<Redis | RedisClientType>().toExtend<Parameters<typeof cacheCheck>[0]>();
    expectTypeOf<Admin>().toExtend<Parameters<typeof kafkaLag>[0]>();
  });

  it("keep those of what they are given", () => {
    const use = (message: Message, options: Options.Publish, job: JobsOptions) => {
      expectTypeOf(kafka.inject(message)).toEqualTypeOf<Message>();
      expectTypeOf(rabbitmq.inject(options)).toExtend<Options.Publish>();
      expectTypeOf(bullmq.inject(job)).toExtend<JobsOptions>();
      expectTypeOf(row.inject({ id: 1 }).id).toEqualTypeOf<number>();
      expectTypeOf(environment.inject()).toEqualTypeOf<Record<string, string>>();
      expectTypeOf(http.inject(new Headers())).toEqualTypeOf<Record<string, string>>();
    };
    expectTypeOf(use).toBeFunction();
  });

  it("have no any in them", () => {
    type Carriers = typeof carriers;
    type Functions = { [Name in keyof Carriers]: Carriers[Name][keyof Carriers[Name]] }[keyof Carriers];
    type AnyIn<Value> = 0 extends 1 & Value ? true : never;
    type Leaks = Functions extends infer Each
      ? Each extends (...args: infer Args) => infer Result
        ? AnyIn<Result> | { [Index in keyof Args]: AnyIn<Args[Index]> }[number & keyof Args]
        : AnyIn<Each>
      : never;
    expectTypeOf<Extract<Leaks, true>>().toBeNever();
  });
});
