/** From this power of ten on, and below 1e-4, Go writes an exponent (`strconv.FormatFloat(value, 'g', -1, 64)`). */
const exponentFrom = 6;

/** A number as Go prints it, which is how the Pushgateway's API has values. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < exponentFrom) return String(value);
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/**
 * A number in the one form that the values of `le` and `quantile` have, whatever the format they came in (Prometheus 3
 * migration guide, "le and quantile label values"): as Go prints it, with `.0` behind whole numbers.
 */
export function formatBound(value: number): string {
  const text = formatValue(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
