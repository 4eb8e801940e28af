/** From these powers of ten on, and below 1e-4, Go writes an exponent: with `strconv.FormatFloat(value, 'g', -1, 64)`... */
const exponentFromShortest = 6;
/** ... and with `fmt.Sprint(value)`. */
const exponentFromPrinted = 21;

/**
 * A number in the one form that the values of `le` and `quantile` have, whatever the format they came in (Prometheus 3
 * migration guide, "le and quantile label values"): Go's shortest `g` form, with `.0` behind whole numbers.
 */
export function formatBound(value: number): string {
  const text = goText(value, exponentFromShortest);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A number as Go prints it, which is how the Pushgateway's API has values. */
export function formatValue(value: number): string {
  return goText(value, exponentFromPrinted);
}

function goText(value: number, exponentFrom: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < exponentFrom) return String(value);
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
