import { activeFields, contextOf, type Fields, fitting } from "./fields.ts";
import { reader } from "./reader.ts";

/** A key of user metadata, without the `x-amz-meta-` that S3 puts before it. */
const keyOf = (field: string) => `otel-${field}`;
/** Of all keys and values together (S3 user guide, "Working with object metadata"); S3 refuses the whole upload beyond. */
const limit = { name: "an S3 object's metadata", bytes: 2048 };

type Metadata = Record<string, string>;

/** What is used of the output of GetObject and HeadObject. */
export interface S3Output {
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** S3's object metadata. */
export const s3 = {
  /** The metadata with the trace of what is active, as far as there is room: `new PutObjectCommand({ ..., Metadata: s3.inject(metadata) })`. */
  inject(this: void, metadata?: Readonly<Metadata> | null): Metadata {
    const others = Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith(keyOf(""))));
    const withFields = (fields: Fields): Metadata => ({ ...others, ...prefixed(fields) });
    return withFields(fitting(activeFields(), limit, (fields) => bytesOf(withFields(fields))));
  },

  ...reader((output: S3Output) => contextOf((field) => output.Metadata?.[keyOf(field)])),
};

function prefixed(fields: Fields): Metadata {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [keyOf(field), value]));
}

function bytesOf(metadata: Metadata): number {
  return Buffer.byteLength(Object.entries(metadata).flat().join(""));
}
