import { gunzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";
import { s3 } from "@sightglass/sdk/carriers";
import { check } from "@sightglass/sdk/checks";
import { parquetWriteBuffer } from "hyparquet-writer";
import { z } from "zod";

/** The gzipped NDJSON objects of one day become one Parquet object. Usage: pipeline.js YYYY-MM-DD */

const Event = z.object({ id: z.number().int(), at: z.iso.datetime(), kind: z.string(), value: z.number() });
type Event = z.infer<typeof Event>;

const telemetry = bootstrap({ service: "events-to-parquet" });
const bucket = process.env.BUCKET ?? "events";
// AWS_REGION, credentials and AWS_ENDPOINT_URL are read from the environment.
const client = new S3Client({ forcePathStyle: true });
const day = process.argv[2] ?? new Date().toISOString().slice(0, 10);

await pipeline("events", { partition: day, logicalDate: day }, async (run) => {
  const source = { system: "s3", table: `${bucket}/raw` };
  const lines = await run.stage("extract", { source, retries: 2 }, async (stage) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `raw/${day}/` }));
    if (Contents.length === 0) throw new Error(`no objects in ${bucket}/raw/${day}: the day is missing`);
    const lines: string[] = [];
    for (const { Key } of Contents) {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      // Who wrote the object, where that put its trace into the metadata.
      for (const { context } of s3.links([object])) stage.span.addLink({ context });
      const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      stage.bytes(bytes.byteLength);
      lines.push(...gunzipSync(bytes).toString().split("\n").filter(Boolean));
    }
    stage.read(lines.length);
    stage.written(lines.length);
    return lines;
  });

  const events: Event[] = [];
  await run.stage("validate", async (stage) => {
    await stage.each(lines, (line) => void events.push(Event.parse(JSON.parse(line))), { onFailed: "continue" });
    await check(events, {
      table: "events",
      partition: day,
      rows: { min: 1 },
      unique: "id",
      columns: { value: { complete: true, min: 0, distribution: { mean: { max: 1000 } } } },
      onFailed: "stop",
    });
  });

  await run.stage("load", { sink: { system: "s3", table: `${bucket}/parquet` } }, async (stage) => {
    stage.read(events.length);
    const file = parquetWriteBuffer({
      columnData: [
        { name: "id", data: events.map(({ id }) => BigInt(id)), type: "INT64" },
        { name: "at", data: events.map(({ at }) => new Date(at)), type: "TIMESTAMP" },
        { name: "kind", data: events.map(({ kind }) => kind), type: "STRING" },
        { name: "value", data: events.map(({ value }) => value), type: "DOUBLE" },
      ],
    });
    const object = { Bucket: bucket, Key: `parquet/${day}.parquet`, Body: new Uint8Array(file) };
    await client.send(new PutObjectCommand({ ...object, Metadata: s3.inject() }));
    stage.bytes(file.byteLength);
    stage.written(events.length);
  });
});
await telemetry.shutdown();
