import { activeFields, contextOf, type Fields } from "./fields.ts";
import { reader } from "./reader.ts";

/** Formats of which the value alone says what it is. */
const plainForms: Record<string, RegExp> = {
  traceparent: /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/,
  b3: /^([0-9a-f]{32}|[0-9a-f]{16})-[0-9a-f]{16}(-[01d]|$)/,
};

/**
 * One line of text, for anything that can hold one: a column, a job's argument, a file name, a table's property. It is the
 * traceparent itself (or B3's single header) where there is no more to say, else all fields as a query string.
 */
export const text = {
  /** Undefined when nothing is active. */
  inject(): string | undefined {
    const fields = activeFields();
    const [first, ...others] = Object.entries(fields);
    if (first === undefined) return undefined;
    const [field, value] = first;
    return others.length === 0 && field in plainForms ? value : new URLSearchParams(fields).toString();
  },

  /** A text that is no trace gives the root context. */
  ...reader((line: string | null | undefined) => {
    const fields = fieldsIn(line);
    return contextOf((field) => fields[field]);
  }),
};

function fieldsIn(line: unknown): Fields {
  if (typeof line !== "string") return {};
  const trimmed = line.trim();
  const plain = Object.keys(plainForms).find((field) => plainForms[field]?.test(trimmed));
  return plain === undefined ? Object.fromEntries(new URLSearchParams(trimmed)) : { [plain]: trimmed };
}
