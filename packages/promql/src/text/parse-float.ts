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

/** A number as scripts and queries write it: whole ones may be octal (`017`, `0o17`) or binary; else as `parseFloatText`. */
export function parseGoNumber(text: string): number | undefined {
  const whole = /^([+-]?)0(b|o|(?=[0-7]))([0-7_]+)$/i.exec(text);
  if (whole === null) return parseFloatText(text);
  const [, sign, prefix, digits = ""] = whole;
  const base = prefix?.toLowerCase() === "b" ? 2 : 8;
  const plain = digits.replaceAll("_", "");
  if (base === 2 && /[2-7]/.test(plain)) return undefined;
  const magnitude = Number.parseInt(plain, base);
  return sign === "-" ? -magnitude : magnitude;
}
