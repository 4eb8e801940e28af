/** Severity numbers of the OpenTelemetry logs data model. */
const severities: readonly (readonly [RegExp, number])[] = [
  [/\b(?:FATAL|CRITICAL|PANIC|EMERG(?:ENCY)?)\b|^panic:/, 21],
  [/\b(?:ERROR|ERR|SEVERE)\b|^(?:[\w.]*(?:Error|Exception)\b|Traceback )/, 17],
  [/\bWARN(?:ING)?\b/, 13],
  [/\bINFO\b/, 9],
  [/\b(?:DEBUG|TRACE)\b/, 5],
];
const jsonLevel = /"(?:level|severity|lvl|levelname)"\s*:\s*"([a-z]+)"/i;
const headChars = 200;
const info = 9;

/**
 * The severity of a line of output: by the level word that most loggers print near its beginning, else `info`. Whether
 * it came on stderr says nothing: many programs log everything there.
 */
export function severityOf(line: string): number {
  const head = line.slice(0, headChars);
  const level = head.startsWith("{") ? jsonLevel.exec(head)?.[1]?.toUpperCase() : undefined;
  const text = level ?? head;
  return severities.find(([pattern]) => pattern.test(text))?.[1] ?? info;
}
