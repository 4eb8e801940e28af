/** A float as Go's strconv reads it: decimals, exponents, hexadecimal, `Inf`, `NaN`; undefined for anything else. */
export function parseFloatText(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === "nan") return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  if (/^[+-]?0x[0-9a-f]+$/i.test(text)) {
    const magnitude = Number(text.replace(/^[+-]/, ""));
    return text.startsWith("-") ? -magnitude : magnitude;
  }
  if (!/^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number(text.replaceAll("_", ""));
}
