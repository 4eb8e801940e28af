/**
 * What says whether a row is valid: a zod schema, any Standard Schema (standardschema.dev), or a function such as ajv's
 * `compile(jsonSchema)` returns. It must answer at once; one that answers with a promise is never met.
 */
export type RowSchema =
  | { safeParse(row: unknown): { success: boolean; error?: { issues?: readonly Issue[] } | undefined } }
  | { "~standard": { validate(row: unknown): unknown } }
  | (((row: unknown) => unknown) & { errors?: readonly AjvError[] | null | undefined });

interface Issue {
  path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

interface AjvError {
  instancePath?: string;
  params?: { missingProperty?: string };
}

const wholeRow = "row";

/** The columns that are wrong, `row` for what belongs to none; empty when the row is valid. Throws what the schema throws. */
export function invalidColumns(schema: RowSchema, row: unknown): string[] {
  if ("~standard" in schema) {
    const result = schema["~standard"].validate(row) as { issues?: readonly Issue[] };
    refusePromise(result);
    return result.issues === undefined ? [] : named(result.issues.map(columnOf));
  }
  if ("safeParse" in schema) {
    const result = schema.safeParse(row);
    return result.success ? [] : named((result.error?.issues ?? []).map(columnOf));
  }
  const isValid = schema(row);
  refusePromise(isValid);
  return isValid === true ? [] : named((schema.errors ?? []).map(columnOfAjv));
}

function columnOf({ path }: Issue): string {
  const [first] = path ?? [];
  if (first === undefined) return wholeRow;
  return String(typeof first === "object" ? first.key : first);
}

function columnOfAjv({ instancePath = "", params }: AjvError): string {
  const [, first] = instancePath.split("/");
  return first ?? params?.missingProperty ?? wholeRow;
}

function named(columns: string[]): string[] {
  return columns.length === 0 ? [wholeRow] : [...new Set(columns)];
}

function refusePromise(result: unknown): void {
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new TypeError("the schema answers with a promise; rows are checked at once");
  }
}
