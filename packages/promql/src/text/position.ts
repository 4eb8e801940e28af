/** A half-open range of UTF-16 code units in the query text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

const encoder = new TextEncoder();

/** Line and column, both from 1, of an offset into a query. Columns count bytes of UTF-8, as Prometheus' do. */
export function lineColumnAt(query: string, offset: number): LineColumn {
  let line = 1;
  let lineStart = 0;
  for (let index = query.indexOf("\n"); index !== -1 && index < offset; index = query.indexOf("\n", index + 1)) {
    line++;
    lineStart = index + 1;
  }
  return { line, column: encoder.encode(query.slice(lineStart, offset)).length + 1 };
}

/** `line:column`, as Prometheus writes positions. */
export function positionText(query: string, offset: number): string {
  const { line, column } = lineColumnAt(query, offset);
  return `${line}:${column}`;
}
