import { ferretdb } from "../peers/ferretdb.ts";
import { kafka } from "../peers/kafka.ts";
import { mariadb } from "../peers/mariadb.ts";
import { moto } from "../peers/moto.ts";
import type { PeerKind } from "../peers/peer.ts";
import { postgresql } from "../peers/postgresql.ts";
import { redis } from "../peers/redis.ts";

/** What no span and no log record may hold. */
export const secret = "secret-value";

export interface ExpectedSpan {
  name: string;
  attributes: Record<string, string | number>;
  isError?: boolean;
}

/** A library, what a stage does with it, and the spans that this makes below the stage, in their order. */
export interface Library {
  name: string;
  peer: PeerKind;
  /** Packages to install; the first is imported as `library`. */
  packages: readonly string[];
  module: string;
  work: string;
  spans: readonly ExpectedSpan[];
}

const db = (system: string, text: string, more: Record<string, string> = {}) => ({
  "db.system.name": system,
  "db.query.text": text,
  ...more,
});

const mongo = (name: string, text: string): ExpectedSpan => ({ name, attributes: db("mongodb", text) });

export const libraries: readonly Library[] = [
  {
    name: "pg",
    peer: postgresql,
    packages: ["pg"],
    module: "pg",
    work: `
      const client = new library.Client({ connectionString: process.env.POSTGRESQL_URL });
      await client.connect();
      await client.query("create temp table people (id int primary key, name text)");
      await client.query("insert into people values (1, '${secret}') -- ${secret}");
      await client.query("select * from people where name = $1", ["${secret}"]);
      await client.query("select * from missing where name = '${secret}'").catch(() => {});
      await client.end();`,
    spans: [
      { name: "pg.connect", attributes: { "db.system.name": "postgresql" } },
      {
        name: "CREATE",
        attributes: db("postgresql", "create temp table people (id int primary key, name text)"),
      },
      { name: "INSERT", attributes: db("postgresql", "insert into people values (?, ?)") },
      { name: "SELECT", attributes: db("postgresql", "select * from people where name = $1") },
      { name: "SELECT", attributes: db("postgresql", "select * from missing where name = ?"), isError: true },
    ],
  },
  {
    name: "mysql2",
    peer: mariadb,
    packages: ["mysql2"],
    module: "mysql2/promise",
    work: `
      const connection = await library.createConnection(process.env.MYSQL_URL);
      await connection.query("create temporary table people (id int, name text)");
      await connection.query("insert into people values (1, \\"${secret}\\")");
      await connection.query("select * from people where name = ?", ["${secret}"]);
      await connection.execute("select id from people where name = ?", ["${secret}"]);
      await connection.end();`,
    spans: [
      { name: "create", attributes: db("mysql", "create temporary table people (id int, name text)") },
      { name: "insert", attributes: db("mysql", "insert into people values (?, ?)") },
      { name: "select", attributes: db("mysql", "select * from people where name = ?") },
      { name: "select", attributes: db("mysql", "select id from people where name = ?") },
    ],
  },
  {
    name: "mongodb",
    peer: ferretdb,
    packages: ["mongodb"],
    module: "mongodb",
    work: `
      const client = new library.MongoClient(process.env.MONGODB_URL);
      const people = client.db("shop").collection("people-" + process.env.FORM);
      await people.insertMany([{ name: "${secret}" }, { name: "${secret}" }]);
      const found = await people.find({ name: "${secret}" }, { batchSize: 1 }).toArray();
      if (found.length !== 2) throw new Error("found " + found.length);
      await people.updateOne({ name: "${secret}" }, { $set: { name: "other" } });
      await people.aggregate([{ $match: { name: "${secret}" } }, { $count: "n" }]).toArray();
      await people.find({ $missing: "${secret}" }).toArray().catch(() => {});
      await people.deleteOne({ name: "${secret}" });
      await client.close();`,
    spans: [
      mongo("insert people", '{"insert":"?","documents":[{"name":"?","_id":"?"}],"ordered":"?"}'),
      mongo("find people", '{"find":"?","filter":{"name":"?"},"batchSize":"?"}'),
      mongo("getMore people", '{"getMore":"?","collection":"?","batchSize":"?"}'),
      mongo("getMore people", '{"getMore":"?","collection":"?","batchSize":"?"}'),
      mongo("update people", '{"update":"?","updates":[{"q":{"name":"?"},"u":{"$set":{"name":"?"}}}],"ordered":"?"}'),
      // By the instrumentation's own name for what it does not know the collection of.
      mongo("aggregate $cmd", '{"aggregate":"?","pipeline":[{"$match":{"name":"?"}},{"$count":"?"}],"cursor":{}}'),
      { ...mongo("find people", '{"find":"?","filter":{"$missing":"?"}}'), isError: true },
      mongo("delete people", '{"delete":"?","deletes":[{"q":{"name":"?"},"limit":"?"}],"ordered":"?"}'),
    ],
  },
  {
    name: "redis",
    peer: redis,
    packages: ["redis"],
    module: "redis",
    work: `
      const client = library.createClient({ url: process.env.REDIS_URL });
      await client.connect();
      await client.set("name", "${secret}");
      await client.multi().get("name").incr("visits").exec();
      await client.close();`,
    spans: [
      { name: "redis-connect", attributes: { "db.system.name": "redis" } },
      { name: "redis-SET", attributes: { "db.system.name": "redis" } },
      { name: "redis-GET", attributes: { "db.system.name": "redis" } },
      { name: "redis-INCR", attributes: { "db.system.name": "redis" } },
    ],
  },
  {
    name: "ioredis",
    peer: redis,
    packages: ["ioredis"],
    module: "ioredis",
    work: `
      const client = new library(process.env.REDIS_URL, { lazyConnect: true, enableReadyCheck: false });
      await client.connect();
      await client.set("name", "${secret}");
      await client.quit();`,
    spans: [
      { name: "connect", attributes: { "db.system.name": "redis" } },
      { name: "set", attributes: { "db.system.name": "redis" } },
      { name: "quit", attributes: { "db.system.name": "redis" } },
    ],
  },
  {
    name: "kafkajs",
    peer: kafka,
    packages: ["kafkajs"],
    module: "kafkajs",
    work: `
      const client = new library.Kafka({ brokers: [process.env.KAFKA_BROKER], logLevel: library.logLevel.NOTHING });
      const admin = client.admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: "people" }], waitForLeaders: true });
      await admin.disconnect();
      const producer = client.producer({ createPartitioner: library.Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic: "people", messages: [{ key: "1", value: "${secret}" }] });
      await producer.disconnect();`,
    spans: [
      {
        name: "send people",
        attributes: { "messaging.system": "kafka", "messaging.destination.name": "people" },
      },
    ],
  },
  {
    name: "aws-sdk",
    peer: moto,
    packages: ["@aws-sdk/client-s3"],
    module: "@aws-sdk/client-s3",
    work: `
      const client = new library.S3Client({
        endpoint: process.env.S3_ENDPOINT, region: "us-east-1", forcePathStyle: true,
        credentials: { accessKeyId: "test", secretAccessKey: "${secret}" },
      });
      await client.send(new library.CreateBucketCommand({ Bucket: "people-" + process.env.FORM }));
      await client.send(new library.PutObjectCommand({ Bucket: "people-" + process.env.FORM, Key: "a", Body: "${secret}" }));
      await client.send(new library.GetObjectCommand({ Bucket: "people-" + process.env.FORM, Key: "b" })).catch(() => {});`,
    spans: [
      { name: "S3.CreateBucket", attributes: { "rpc.service": "S3", "rpc.method": "CreateBucket" } },
      { name: "S3.PutObject", attributes: { "rpc.service": "S3", "rpc.method": "PutObject" } },
      { name: "S3.GetObject", attributes: { "rpc.service": "S3", "rpc.method": "GetObject" }, isError: true },
    ],
  },
];
