import { compress } from "snappyjs";

export const intervalMs = 15_000;

/**
 * Bodies of remote write 1.0 with `seriesCount` counters of `sampleCount` samples each, the last before `endMs`, in the
 * order of time and about 2,000 samples a body. Every series has its own phase within the interval, whole and broken
 * increments, and a share of them is reset now and then, as processes are.
 */
export function counterBodies({ seriesCount, sampleCount, endMs, samplesPerSeries = 2, seriesPerBody = 1000 }) {
  const labels = Array.from({ length: seriesCount }, (_unused, series) => encodeLabels(series));
  const values = new Float64Array(seriesCount);
  const bodies = [];
  for (let at = 0; at < sampleCount; at += samplesPerSeries) {
    for (let first = 0; first < seriesCount; first += seriesPerBody) {
      const parts = [];
      for (let series = first; series < Math.min(seriesCount, first + seriesPerBody); series++) {
        const samples = [];
        for (let index = at; index < Math.min(sampleCount, at + samplesPerSeries); index++) {
          values[series] = nextValue(values[series], series, index);
          samples.push(encodeSample(values[series], timeOf(series, index, { sampleCount, endMs })));
        }
        parts.push(delimited(1, Buffer.concat([labels[series], ...samples])));
      }
      bodies.push(Buffer.from(compress(new Uint8Array(Buffer.concat(parts)))));
    }
  }
  return bodies;
}

function nextValue(value, series, index) {
  if (series % 8 === 0 && (index + series) % 180 === 0) return 0;
  const increment = (series * 7 + index * 13) % (3 + (series % 50));
  return value + (series % 4 === 0 ? increment / 8 : increment);
}

function timeOf(series, index, { sampleCount, endMs }) {
  const phaseMs = 1 + ((series * 7919) % (intervalMs - 3));
  return endMs - (sampleCount - index) * intervalMs + phaseMs;
}

function encodeLabels(series) {
  const labels = {
    __name__: "requests_total",
    instance: `instance-${series % 500}`,
    job: `job-${series % 20}`,
    path: `/api/v1/thing/${series}`,
  };
  return Buffer.concat(
    Object.entries(labels).map(([name, value]) =>
      delimited(1, Buffer.concat([delimited(1, name), delimited(2, value)])),
    ),
  );
}

function encodeSample(value, timeMs) {
  const double = Buffer.alloc(9);
  double[0] = 0x09;
  double.writeDoubleLE(value, 1);
  return delimited(2, Buffer.concat([double, Buffer.of(0x10), varint(timeMs)]));
}

function delimited(field, content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.of((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
