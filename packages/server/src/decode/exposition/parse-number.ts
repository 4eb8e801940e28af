const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const special = new Map([
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-infinity", -Infinity],
]);

/** A sample's value: a decimal number, `NaN`, `+Inf` or `-Inf`, in any case. @returns undefined when it is none */
export function parseNumber(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : special.get(text.toLowerCase());
}
