import pino from "pino";

export type Log = pino.Logger;

export interface LogOptions {
  level: "debug" | "info" | "warn" | "error";
  /** Where lines go; standard error by default, so that standard output stays free for answers. */
  destination?: pino.DestinationStream;
}

/** Our own log: one JSON object a line, times in ISO 8601, errors with their causes. Secrets never get here by name. */
export function createLog({ level, destination = pino.destination({ dest: 2, sync: true }) }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
      redact: ["authorization", "password", "token", "*.authorization", "*.password", "*.token"],
    },
    destination,
  );
}
