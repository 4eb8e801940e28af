import Long from "long";
import protobuf from "protobufjs";
import { compress } from "snappyjs";

protobuf.util.Long = Long;
protobuf.configure();

/** Remote write 1.0 and 2.0, and OTLP metrics, for protobufjs: an encoder that shares nothing with the decoders. */
const proto = `
syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message TimeSeries {
  repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4;
}
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  double sum = 3; sint32 schema = 4; double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
  repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
  int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16; int64 start_timestamp = 17;
}
message BucketSpan { sint32 offset = 1; uint32 length = 2; }
message Request { repeated string symbols = 4; repeated TimeSeriesV2 timeseries = 5; }
message TimeSeriesV2 {
  repeated uint32 labels_refs = 1; repeated SampleV2 samples = 2; repeated Histogram histograms = 3;
  repeated ExemplarV2 exemplars = 4; MetadataV2 metadata = 5;
}
message SampleV2 { double value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
message ExemplarV2 { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message MetadataV2 { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }

message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message Metric {
  string name = 1; string description = 2; string unit = 3; Gauge gauge = 5; Sum sum = 7; HistogramData histogram = 9;
  ExponentialHistogram exponential_histogram = 10; Summary summary = 11;
}
message Gauge { repeated NumberDataPoint data_points = 1; }
message Sum { repeated NumberDataPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message HistogramData { repeated HistogramDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message ExponentialHistogram { repeated ExponentialPoint data_points = 1; int32 aggregation_temporality = 2; }
message Summary { repeated SummaryPoint data_points = 1; }
message NumberDataPoint {
  repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
  repeated OtlpExemplar exemplars = 5; uint32 flags = 8;
}
message HistogramDataPoint {
  repeated KeyValue attributes = 9; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4;
  optional double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
  repeated OtlpExemplar exemplars = 8; uint32 flags = 10;
}
message ExponentialPoint {
  repeated KeyValue attributes = 1; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4;
  optional double sum = 5; sint32 scale = 6; fixed64 zero_count = 7; Buckets positive = 8; Buckets negative = 9;
  uint32 flags = 10; repeated OtlpExemplar exemplars = 11; double zero_threshold = 14;
}
message Buckets { sint32 offset = 1; repeated uint64 bucket_counts = 2; }
message SummaryPoint {
  repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4;
  double sum = 5; repeated Quantile quantile_values = 6; uint32 flags = 8;
}
message Quantile { double quantile = 1; double value = 2; }
message OtlpExemplar {
  repeated KeyValue filtered_attributes = 7; fixed64 time_unix_nano = 2;
  oneof value { double as_double = 3; sfixed64 as_int = 6; }
  bytes span_id = 4; bytes trace_id = 5;
}
`;

const root = protobuf.parse(proto).root;

/** Encodes a message given with lowerCamelCase fields. */
export function encodeMetrics(
  type: "WriteRequest" | "Request" | "ExportMetricsServiceRequest",
  fields: object,
): Buffer {
  const message = root.lookupType(type);
  return Buffer.from(message.encode(message.fromObject(fields)).finish());
}

/** Encodes only the histogram. */
export function encodeHistogram(fields: object): Buffer {
  const message = root.lookupType("Histogram");
  return Buffer.from(message.encode(message.fromObject(fields)).finish());
}

export function snappy(bytes: Uint8Array): Buffer {
  return Buffer.from(compress(Uint8Array.from(bytes)));
}

/** In Snappy's framing format, with checksums that nobody compares. */
export function framedSnappy(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0xff, 6, 0, 0, ...Buffer.from("sNaPpY")])];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const block = snappy(bytes.subarray(at, at + 65_536));
    const header = Buffer.alloc(8);
    header.writeUIntLE(block.length + 4, 1, 3);
    parts.push(header, block);
  }
  return Buffer.concat(parts);
}
