/** A float as Go's `%g` writes it (shortest form that reads back; an exponent of at least two digits from a million on). */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  if (Object.is(value, -0)) return "-0";
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return String(value);
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
}

/** Sample values in the HTTP API: no exponent between 1e-7 and 1e21, `+Inf`, `-Inf`, `NaN` (Go `'f', -1`). */
export function formatSampleValue(value: number): string {
  const magnitude = Math.abs(value);
  // JavaScript writes an exponent outside of these.
  if (magnitude >= 1e-6 && magnitude < 1e21) return String(value);
  if (!Number.isFinite(value) || value === 0) return formatFloat(value);
  return expandExponent(String(value));
}

function expandExponent(text: string): string {
  const [mantissa = "0", exponentText = "0"] = text.split("e");
  const exponent = Number(exponentText);
  const negative = mantissa.startsWith("-");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const body =
    point <= 0
      ? `0.${"0".repeat(-point)}${digits}`
      : point >= digits.length
        ? digits + "0".repeat(point - digits.length)
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return (negative ? "-" : "") + body;
}

/** So many significant digits at most (Go `%.2g`): with an exponent where the digits do not reach the point. */
export function formatFloatDigits(value: number, digits: number): string {
  const [mantissa = "0", exponent = "0"] = value.toExponential(digits - 1).split("e");
  if (!Number.isFinite(value) || (Number(exponent) >= -4 && Number(exponent) < digits))
    return formatFloat(Number(value.toPrecision(digits)));
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${Number(mantissa)}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
}

/** OpenMetrics canonical floats: integers carry `.0`, zero has no sign. */
export function formatOpenMetricsFloat(value: number): string {
  const text = formatFloat(value === 0 ? 0 : value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const escapes: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\u000b": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** A string in double quotes as Go's `%q` writes it. */
export function quote(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const escape = escapes[character];
    const code = character.codePointAt(0) ?? 0;
    if (escape !== undefined) quoted += escape;
    else if (code >= 0xdc80 && code <= 0xdcff) quoted += `\\x${(code - 0xdc00).toString(16)}`;
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, "0")}`;
    else quoted += character;
  }
  return `${quoted}"`;
}
