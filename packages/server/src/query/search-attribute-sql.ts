import { type AttributeOperand, type Comparison, holds } from "./search-filter.ts";
import type { SqlParams } from "./search-params.ts";

type MapColumn = "attributes_string" | "attributes_int" | "attributes_double" | "attributes_bool" | "attributes_other";
const mapColumns: readonly MapColumn[] = [
  "attributes_string",
  "attributes_int",
  "attributes_double",
  "attributes_bool",
  "attributes_other",
];

export interface AttributeCondition {
  key: string;
  op: Comparison;
  value: AttributeOperand;
}

/**
 * A condition on the typed maps of a span. `column[key]` of a missing key is the type's zero value, so a comparison that
 * zero would pass asks for the key as well; the others leave it out, and the skip index on values can be used.
 */
export function spanAttributeSql({ key, op, value }: AttributeCondition, params: SqlParams): string {
  const name = params.string(key);
  const has = (column: MapColumn) => `mapContains(${column}, ${name})`;
  const compare = (column: MapColumn, operand: string, zeroPasses: boolean) =>
    zeroPasses ? `(${has(column)} AND ${column}[${name}] ${op} ${operand})` : `${column}[${name}] ${op} ${operand}`;
  switch (value.type) {
    case "nil": {
      const any = mapColumns.map(has).join(" OR ");
      return op === "=" ? `NOT (${any})` : `(${any})`;
    }
    case "string":
      if (op === "=~" || op === "!~")
        return `(${has("attributes_string")} AND ${matchSql(`attributes_string[${name}]`, op, params.string(anchored(value.value)))})`;
      return compare("attributes_string", params.string(value.value), holds("", op, value.value));
    case "bool":
      return compare("attributes_bool", value.value ? "true" : "false", holds(0, op, Number(value.value)));
    case "number": {
      const zeroPasses = holds(0, op, value.value);
      const isInt = intSql({ op, value: value.value }, params);
      const forms = [compare("attributes_double", params.number(value.value), zeroPasses)];
      if (isInt === "always") forms.push(has("attributes_int"));
      else if (isInt !== "never") forms.push(compare("attributes_int", isInt.operand, zeroPasses));
      return `(${forms.join(" OR ")})`;
    }
    case "text": {
      const forms = textForms(value.value, params).map(({ column, operand, zeroPasses }) =>
        op === "=" || zeroPasses
          ? compare(column, operand, zeroPasses)
          : `(${has(column)} AND ${column}[${name}] != ${operand})`,
      );
      return `(${forms.join(" OR ")})`;
    }
  }
}

/**
 * What an integer column is compared with to compare it with any number: the engine's index on integers takes integers
 * only, and so does exactness beyond 2^53.
 */
function intSql(
  { op, value }: { op: Comparison; value: number },
  params: SqlParams,
): { operand: string } | "never" | "always" {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return { operand: params.int64(BigInt(value).toString()) };
  if (op === "=") return "never";
  return op === "!=" ? "always" : { operand: params.number(value) };
}

function textForms(text: string, params: SqlParams): { column: MapColumn; operand: string; zeroPasses: boolean }[] {
  const forms: { column: MapColumn; operand: string; zeroPasses: boolean }[] = [
    { column: "attributes_string", operand: params.string(text), zeroPasses: text === "" },
  ];
  if (isInt64(text))
    forms.push({ column: "attributes_int", operand: params.int64(text), zeroPasses: Number(text) === 0 });
  if (isNumber(text))
    forms.push({ column: "attributes_double", operand: params.number(Number(text)), zeroPasses: Number(text) === 0 });
  if (text === "true" || text === "false")
    forms.push({ column: "attributes_bool", operand: text, zeroPasses: text === "false" });
  return forms;
}

const isNumber = (text: string) => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
const isInt64 = (text: string) => /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

/**
 * A condition on a text column of typed JSON with `attributes` (resource, one event, one link). Every value of the key is
 * looked at: repeated keys are kept (decode/typed-json.ts).
 */
export function typedJsonSql(column: string, { key, op, value }: AttributeCondition, params: SqlParams): string {
  const name = params.string(key);
  const raws =
    `arrayFilter(raw -> raw != '', arrayConcat([JSONExtractRaw(${column}, 'attributes', ${name})], ` +
    `arrayMap(pair -> JSONExtractRaw(pair, 2), arrayFilter(pair -> JSONExtractString(pair, 1) = ${name}, ` +
    `JSONExtractArrayRaw(${column}, 'attributes', '$map')))))`;
  if (value.type === "nil") return op === "=" ? `empty(${raws})` : `notEmpty(${raws})`;
  return `arrayExists(raw -> ${rawSql({ op, value }, params)}, ${raws})`;
}

function rawSql({ op, value }: Omit<AttributeCondition, "key">, params: SqlParams): string {
  const number = (comparison: Comparison, operand: number) =>
    `(match(raw, '^-?[0-9]') AND toFloat64OrZero(raw) ${comparison} ${params.number(operand)})`;
  switch (value.type) {
    case "string":
      if (op === "=~" || op === "!~")
        return `(startsWith(raw, '"') AND ${matchSql("JSONExtractString(raw)", op, params.string(anchored(value.value)))})`;
      return `(startsWith(raw, '"') AND JSONExtractString(raw) ${op} ${params.string(value.value)})`;
    case "number":
      return number(op, value.value);
    case "bool":
      return `(raw IN ('true', 'false') AND raw ${op} '${value.value}')`;
    case "text": {
      const text = params.string(value.value);
      const equal = [`(startsWith(raw, '"') AND JSONExtractString(raw) = ${text})`, `raw = ${text}`];
      if (isNumber(value.value)) equal.push(number("=", Number(value.value)));
      return op === "=" ? `(${equal.join(" OR ")})` : `NOT (${equal.join(" OR ")})`;
    }
    case "nil":
      return "1";
  }
}

/** TraceQL's regular expressions match the whole value. */
export function anchored(pattern: string): string {
  return `^(?:${pattern})$`;
}

export function matchSql(text: string, op: "=~" | "!~", pattern: string): string {
  return op === "=~" ? `match(${text}, ${pattern})` : `NOT match(${text}, ${pattern})`;
}
