/** As many as `--service-N` has colours in waterfall.css. */
export const serviceColourCount = 10;

/**
 * A colour number for each service: the hash of its name, so a service keeps its colour from trace to trace; where two
 * meet, the later in the alphabet takes the next free one. Rows, legend and details also say the name.
 */
export function serviceColours(services: Iterable<string>): Map<string, number> {
  const colours = new Map<string, number>();
  const taken = new Set<number>();
  for (const service of [...new Set(services)].sort()) {
    if (taken.size === serviceColourCount) taken.clear();
    let colour = hash(service) % serviceColourCount;
    while (taken.has(colour)) colour = (colour + 1) % serviceColourCount;
    taken.add(colour);
    colours.set(service, colour);
  }
  return colours;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
