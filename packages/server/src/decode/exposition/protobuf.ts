import { SightglassError } from "../../model/errors.ts";
import { ByteSource } from "../native/byte-source.ts";
import { ProtobufReader } from "../otlp/protobuf-reader.ts";
import type { ExpositionVisitor } from "./exposition.ts";
import { emitFamily, type ProtobufOptions } from "./protobuf-emit.ts";
import { readFamily } from "./protobuf-messages.ts";

/**
 * Prometheus protobuf exposition: io.prometheus.client.MetricFamily messages, each behind its length (client_model,
 * metrics.proto).
 * @throws SightglassError invalid_argument, with the byte
 */
export function parseProtobuf(body: Uint8Array, visitor: ExpositionVisitor, options: ProtobufOptions): void {
  const reader = new ExpositionReader(new ByteSource(body));
  const total = reader.limit;
  while (reader.position < total) {
    reader.limit = total;
    reader.limit = reader.end();
    const family = readFamily(reader);
    if (family.name === "") reader.fail("a family has no name");
    emitFamily(family, visitor, options);
  }
}

class ExpositionReader extends ProtobufReader {
  override fail(what: string, at = this.position): never {
    throw new SightglassError("invalid_argument", `byte ${at} of the protobuf: ${what}`);
  }
}
