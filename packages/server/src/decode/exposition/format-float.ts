/** From this power of ten on, and below 1e-4, Go's `strconv.FormatFloat(value, 'g', -1, 64)` writes an exponent. */
const exponentFrom = 6;

/**
 * A number in the one form that the values of `le` and `quantile` have, whatever the format they came in (Prometheus 3
 * migration guide, "le and quantile label values"): Go's shortest `g` form, with `.0` behind whole numbers.
 */
export function formatBound(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= exponentFrom) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}
