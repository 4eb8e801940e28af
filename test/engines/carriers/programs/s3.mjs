import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { s3, s3Middleware } from "@sightglass/sdk/carriers";

const { S3_ENDPOINT, NAME: bucket } = process.env;
const client = new S3Client({
  endpoint: S3_ENDPOINT,
  region: "us-east-1",
  forcePathStyle: true,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** Bucket names have no capitals. */
const Bucket = bucket.toLowerCase();

export async function produce() {
  client.middlewareStack.use(s3Middleware);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: "landed", Body: "a,b\n1,2\n", Metadata: { own: "kept" } }));
  // A copy carries the trace of what wrote the object.
  await client.send(new CopyObjectCommand({ Bucket, Key: "moved", CopySource: `${Bucket}/landed` }));
}

export async function consume() {
  const output = await client.send(new GetObjectCommand({ Bucket, Key: "moved" }));
  if (output.Metadata?.own !== "kept") throw new Error("the object's own metadata is gone");
  return s3.extract(output);
}
