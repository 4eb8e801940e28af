import protobuf from "protobufjs";

/** io.prometheus.client (client_model, metrics.proto), and io.prometheus.write.v2.Histogram to read back. */
const { root } = protobuf.parse(
  `
syntax = "proto2";
message Timestamp { optional int64 seconds = 1; optional int32 nanos = 2; }
message LabelPair { optional string name = 1; optional string value = 2; }
message Exemplar { repeated LabelPair label = 1; optional double value = 2; optional Timestamp timestamp = 3; }
message Gauge { optional double value = 1; }
message Untyped { optional double value = 1; }
message Counter { optional double value = 1; optional Exemplar exemplar = 2; optional Timestamp created_timestamp = 3; }
message Quantile { optional double quantile = 1; optional double value = 2; }
message Summary {
  optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Quantile quantile = 3;
  optional Timestamp created_timestamp = 4;
}
message Bucket {
  optional uint64 cumulative_count = 1; optional double upper_bound = 2; optional Exemplar exemplar = 3;
  optional double cumulative_count_float = 4;
}
message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
message Histogram {
  optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Bucket bucket = 3;
  optional double sample_count_float = 4; optional sint32 schema = 5; optional double zero_threshold = 6;
  optional uint64 zero_count = 7; optional double zero_count_float = 8;
  repeated BucketSpan negative_span = 9; repeated sint64 negative_delta = 10; repeated double negative_count = 11;
  repeated BucketSpan positive_span = 12; repeated sint64 positive_delta = 13 [packed = true];
  repeated double positive_count = 14; optional Timestamp created_timestamp = 15; repeated Exemplar exemplars = 16;
}
message Metric {
  repeated LabelPair label = 1; optional Gauge gauge = 2; optional Counter counter = 3; optional Summary summary = 4;
  optional Untyped untyped = 5; optional Histogram histogram = 7; optional int64 timestamp_ms = 6;
}
message MetricFamily {
  optional string name = 1; optional string help = 2; optional int32 type = 3; repeated Metric metric = 4;
  optional string unit = 5;
}
message WrittenHistogram {
  optional uint64 count_int = 1; optional double count_float = 2; optional double sum = 3; optional sint32 schema = 4;
  optional double zero_threshold = 5; optional uint64 zero_count_int = 6; optional double zero_count_float = 7;
  repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9 [packed = true];
  repeated double negative_counts = 10 [packed = true]; repeated BucketSpan positive_spans = 11;
  repeated sint64 positive_deltas = 12 [packed = true]; repeated double positive_counts = 13 [packed = true];
}`,
  { keepCase: true },
);

const family = root.lookupType("MetricFamily");

/** The families as a scraped body: each behind its length. */
export function encodeFamilies(families: object[]): Buffer {
  return Buffer.concat(families.map((one) => Buffer.from(family.encodeDelimited(family.fromObject(one)).finish())));
}

/** A histogram as it was handed on. */
export function readWrittenHistogram(bytes: Uint8Array): object {
  const type = root.lookupType("WrittenHistogram");
  return type.toObject(type.decode(bytes), { longs: Number });
}
