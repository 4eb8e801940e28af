import { type Context, context } from "@opentelemetry/api";
import type { Logger, LoggerOptions, LoggerProvider, LogRecord } from "@opentelemetry/api-logs";
import type { LoggerProvider as SdkLoggerProvider } from "@opentelemetry/sdk-logs";
import { isAnnouncement } from "../announcement.ts";
import type { Clock } from "../clock.ts";
import type { Note, Notes } from "../notes.ts";

/**
 * A logger provider whose records are made with the next batch, like spans: where a program writes a line, it is only noted,
 * with the time and the context that it has there.
 */
export class NotedLoggerProvider implements LoggerProvider {
  readonly #provider: SdkLoggerProvider;
  readonly #notes: Notes;
  readonly #clock: Clock;
  /** Those without options: the SDK finds a logger by writing its scope as text, for each call. */
  readonly #loggers = new Map<string, NotedLogger>();

  constructor(provider: SdkLoggerProvider, notes: Notes, clock: Clock) {
    this.#provider = provider;
    this.#notes = notes;
    this.#clock = clock;
  }

  getLogger(name: string, version?: string, options?: LoggerOptions): Logger {
    if (options !== undefined) return this.#make(name, version, options);
    const key = version === undefined ? name : `${name}@${version}`;
    let logger = this.#loggers.get(key);
    if (logger === undefined) {
      logger = this.#make(name, version);
      if (this.#loggers.size < loggersMax) this.#loggers.set(key, logger);
    }
    return logger;
  }

  async forceFlush(): Promise<void> {
    this.#notes.write();
    await this.#provider.forceFlush();
  }

  #make(name: string, version?: string, options?: LoggerOptions): NotedLogger {
    return new NotedLogger(this.#provider.getLogger(name, version, options), this.#notes, this.#clock);
  }
}

/** Further names are looked up each time. */
const loggersMax = 1000;

class NotedLogger implements Logger {
  readonly #logger: Logger;
  readonly #notes: Notes;
  readonly #clock: Clock;

  constructor(logger: Logger, notes: Notes, clock: Clock) {
    this.#logger = logger;
    this.#notes = notes;
    this.#clock = clock;
  }

  emit(record: LogRecord): void {
    const note = new NotedRecord(this.#logger, record, record.context ?? context.active(), this.#clock.nowMs());
    this.#notes.add(note, record.eventName !== undefined && isAnnouncement(record.eventName));
  }

  enabled(...options: Parameters<Logger["enabled"]>): boolean {
    return this.#logger.enabled(...options);
  }
}

class NotedRecord implements Note {
  readonly #logger: Logger;
  readonly #record: LogRecord;

  /** Copies the record, because the caller may use the same object for the next line; key by key, which is quicker than spreading. */
  constructor(logger: Logger, record: LogRecord, within: Context, nowMs: number) {
    this.#logger = logger;
    const { attributes, body, eventName, exception, severityNumber, severityText } = record;
    this.#record = {
      context: within,
      timestamp: record.timestamp ?? nowMs,
      observedTimestamp: record.observedTimestamp ?? nowMs,
      attributes: attributes === undefined ? attributes : { ...attributes },
      body,
      eventName,
      exception,
      severityNumber,
      severityText,
    } as LogRecord;
  }

  write(): void {
    this.#logger.emit(this.#record);
  }
}
