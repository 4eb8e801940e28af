import type { ExposedMetadata, ExposedSample, ExpositionVisitor } from "../exposition.ts";

/** All that a parser hands on, with labels as an object. */
export function collect(parse: (visitor: ExpositionVisitor) => void) {
  const metadata: ExposedMetadata[] = [];
  const samples: (Omit<ExposedSample, "labels" | "key"> & { labels: Record<string, string> })[] = [];
  const keys: string[] = [];
  parse({
    metadata: (one) => metadata.push(one),
    sample: ({ key, labels, ...rest }) => {
      keys.push(key);
      samples.push({ ...rest, labels: Object.fromEntries(labels()) });
    },
  });
  return { metadata, samples, keys };
}
