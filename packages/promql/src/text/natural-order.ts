/** Order of strings in which runs of digits compare as numbers: `cpu2` before `cpu10`. Negative when a is first. */
export function compareNatural(a: string, b: string): number {
  const left = chunks(a);
  const right = chunks(b);
  for (let index = 0; index < left.length; index++) {
    const x = left[index] ?? "";
    const y = right[index];
    if (y === undefined) return 1;
    if (x === y) continue;
    if (isNumber(x) && isNumber(y)) {
      const difference = compareDigits(x, y);
      if (difference !== 0) return difference;
      continue;
    }
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

const chunks = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];
const isNumber = (chunk: string): boolean => chunk >= "0" && chunk < ":";

function compareDigits(x: string, y: string): number {
  const a = x.replace(/^0+/, "");
  const b = y.replace(/^0+/, "");
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
