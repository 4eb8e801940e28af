import { metrics, trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { type Clock, systemClock, within } from "../clock.ts";
import type { Notes } from "../notes.ts";
import { safely } from "../safely.ts";
import { watch } from "../watch.ts";
import type { Channel } from "./channel.ts";
import { Complaints } from "./complaints.ts";
import { type DeclaredOptions, readConfigFile, usableOptions } from "./config-file.ts";
import { showDiagnostics } from "./diagnostics.ts";
import { currentEnvironment, readSettings, type Settings } from "./environment.ts";
import { type ExitHooks, installExitHooks } from "./exit-hooks.ts";
import { partWith } from "./parting.ts";
import { PersonalDataFilter, type PersonalDataOptions } from "./personal-data.ts";
import { propagatorFor } from "./propagators.ts";
import { metricParts, type MetricParts } from "./metric-parts.ts";
import type { MetricsOptions } from "./metrics-options.ts";
import { NotedLoggerProvider } from "./noted-logs.ts";
import { hasTracerProvider, register } from "./registration.ts";
import { resourceFor } from "./resource.ts";
import { ratioFor } from "./sample-ratio.ts";
import { samplerFor } from "./sampler.ts";
import { logParts, traceParts } from "./signals.ts";
import { SpoolFolder } from "./spool/folder.ts";
import { spoolBytesMax, type SpoolOptions } from "./spool/options.ts";
import { spoolChannel } from "./spool/sending.ts";

/** What the code says holds, then what the file that SIGHTGLASS_CONFIG names says, then the environment. */
export interface BootstrapOptions extends DeclaredOptions {
  /**
   * What is kept out of attributes, messages and log records. Default: the known patterns and names; `"keep"` (or
   * SIGHTGLASS_PERSONAL_DATA=keep) sends everything as it is.
   */
  personalData?: PersonalDataOptions | "keep";
  /** Where metrics go, besides what the environment says. */
  metrics?: MetricsOptions;
  /**
   * Where what could not be sent before the end waits for the next start; a text is the folder. Default: SIGHTGLASS_SPOOL, else
   * nowhere.
   */
  spool?: string | SpoolOptions;
  /** Gets the at most one line a minute about trouble with telemetry. Default: standard error. */
  onTrouble?: (line: string) => void;
}

export interface Telemetry {
  /**
   * `exporting`: this setup sends. `existing`: another OpenTelemetry setup was there first and is used; nothing was
   * added. `disabled`: OTEL_SDK_DISABLED.
   */
  readonly mode: "exporting" | "existing" | "disabled";
  /** Sends what waits; resolves when it has been taken or `timeoutMs` (default 10000) has passed. Never rejects. */
  flush(timeoutMs?: number): Promise<void>;
  /** Sends what waits, then takes the setup off. Never rejects. */
  shutdown(timeoutMs?: number): Promise<void>;
}

const flushTimeoutMs = 10_000;
const exitTimeoutMs = 2000;
const telemetrySymbol = Symbol.for("@sightglass/sdk telemetry 1");

/**
 * Sets up tracing, logs and metrics for this thread: providers, OTLP/HTTP exporters, context across `await`, propagators, and
 * flushing when the process ends. However often it is called, it is done once. When an OpenTelemetry setup is there
 * already it adds nothing. Nothing in here throws, blocks or keeps the process alive.
 */
export function bootstrap(options: BootstrapOptions = {}): Telemetry {
  const home = globalThis as { [telemetrySymbol]?: Telemetry };
  home[telemetrySymbol] ??= safely(() => setUp(options, () => delete home[telemetrySymbol]), inactive("disabled"));
  return home[telemetrySymbol];
}

function setUp(inCode: BootstrapOptions, forget: () => void): Telemetry {
  const clock = systemClock;
  const environment = currentEnvironment();
  const problems: string[] = [];
  const inFile = readConfigFile(environment["SIGHTGLASS_CONFIG"], (problem) => problems.push(problem));
  const options: BootstrapOptions = { ...inFile, ...usableOptions(inCode, (problem) => problems.push(problem)) };
  const settings = readSettings(environment, {
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
  });
  if (settings.isDisabled) return inactive("disabled");
  if (hasTracerProvider()) return inactive("existing");
  const complaints = new Complaints(clock, options.onTrouble ?? ((line) => void process.stderr.write(`${line}\n`)));
  const complain = (text: string) => complaints.report(text);
  problems.push(...settings.problems);
  const hideDiagnostics = showDiagnostics(
    settings.logLevel,
    (problem) => problems.push(problem),
    (line) => void process.stderr.write(`${line}\n`),
  );
  if (problems.length > 0) complain(problems.join("; "));
  const assembly = assemble(options, settings, clock, complain);
  const { channels, forMetrics, unregister, spool } = assembly;
  const flush = (timeoutMs: number) => drainAll(channels, timeoutMs, clock);
  const limitMs = options.exitTimeoutMs ?? exitTimeoutMs;
  const part = (isWorthPosting: boolean) =>
    safely(() => {
      const letters = channels.flatMap((channel) => channel.takeLetters());
      const complainAtEnd = (text: string, mustBeSaid: boolean) => complaints.report(text, mustBeSaid);
      partWith(letters, isWorthPosting, { limitMs, clock, spool, complain: complainAtEnd });
    }, undefined);
  const uninstall = installExitHooks(exitHooks(assembly, { flush: () => flush(limitMs), part }));
  return {
    mode: "exporting",
    flush: async (timeoutMs = flushTimeoutMs) => void (await flush(timeoutMs)),
    async shutdown(timeoutMs = flushTimeoutMs) {
      await flush(timeoutMs);
      uninstall();
      unregister();
      hideDiagnostics();
      forMetrics.stop();
      part(false);
      for (const channel of channels) channel.close();
      forget();
    },
  };
}

interface Assembly {
  readonly channels: readonly Channel[];
  readonly forMetrics: MetricParts;
  readonly spool: SpoolFolder | undefined;
  readonly notes: readonly Notes[];
}

function assemble(
  options: BootstrapOptions,
  settings: Settings,
  clock: Clock,
  complain: (text: string) => void,
): Assembly & { unregister: () => void } {
  const resource = resourceFor(options.service, options.attributes);
  const keep = options.keep ?? settings.keep;
  const personalData = options.personalData ?? (settings.keepsPersonalData ? "keep" : {});
  const filter = personalData === "keep" ? undefined : new PersonalDataFilter(personalData);
  const forTraces = traceParts(settings.traces, clock, complain, { keep, filter });
  const forLogs = logParts(settings.logs, clock, complain, filter);
  const forMetrics = metricParts(settings.metrics, options.metrics, { resource, clock, complain });
  const ratio = ratioFor(options.sampleRatio, resource.attributes, settings.nodeEnvironment);
  const loggerProvider = new LoggerProvider({
    resource,
    processors: forLogs.processors,
    logRecordLimits: {
      attributeCountLimit: settings.logAttributeCountMax,
      attributeValueLengthLimit: settings.logAttributeValueCharsMax,
    },
  });
  const notes = [forTraces.notes, forLogs.notes].filter((each) => each !== undefined);
  const unregister = register({
    meterProvider: forMetrics.provider,
    // Reads the other span limits itself.
    tracerProvider: new BasicTracerProvider({
      resource,
      spanProcessors: forTraces.processors,
      spanLimits: { attributeValueLengthLimit: settings.spanAttributeValueCharsMax },
      sampler: samplerFor(settings.sampler, { ratio, keep }, complain),
    }),
    loggerProvider:
      forLogs.notes === undefined ? loggerProvider : new NotedLoggerProvider(loggerProvider, forLogs.notes, clock),
    spanNotes: forTraces.notes,
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: propagatorFor(settings.propagators, complain),
  });
  forMetrics.start();
  const spool = spoolFolder(options.spool ?? settings.spool, clock);
  const fromBefore = spool === undefined ? [] : [spoolChannel(spool, settings, clock, complain)];
  return {
    channels: [...forLogs.channels, ...forTraces.channels, ...forMetrics.channels, ...fromBefore],
    forMetrics,
    unregister,
    spool,
    notes,
  };
}

function spoolFolder(wanted: string | SpoolOptions | undefined, clock: Clock): SpoolFolder | undefined {
  if (wanted === undefined) return undefined;
  const { folder, bytesMax = spoolBytesMax } = typeof wanted === "string" ? { folder: wanted } : wanted;
  return new SpoolFolder(folder, bytesMax, clock);
}

function exitHooks(
  { channels, forMetrics, notes }: Pick<Assembly, "channels" | "forMetrics" | "notes">,
  { flush, part }: Pick<ExitHooks, "flush" | "part">,
): ExitHooks {
  return {
    gather: () => {
      for (const each of notes) each.write();
      for (const channel of forMetrics.channels) channel.gather();
    },
    unsentCount: () => channels.reduce((sum, channel) => sum + channel.unsentCount, 0),
    flush,
    abandon: (reason, status, thrown) => watch().abandonAll(reason, status, thrown),
    part,
  };
}

async function drainAll(channels: readonly Channel[], timeoutMs: number, clock: Clock): Promise<boolean> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  const drained = await Promise.all(channels.map((channel) => channel.drain(deadlineMs).catch(() => false)));
  return drained.every(Boolean);
}

/** A setup that is not ours, or none: flushing asks the registered providers, shutting down leaves them alone. */
function inactive(mode: "existing" | "disabled"): Telemetry {
  const flush = async (timeoutMs = flushTimeoutMs) => {
    const providers = [trace.getTracerProvider(), logs.getLoggerProvider(), metrics.getMeterProvider()];
    const flushed = Promise.allSettled(providers.map(forceFlush));
    await within(systemClock, timeoutMs, flushed);
  };
  return { mode, flush, shutdown: flush };
}

async function forceFlush(provider: object): Promise<void> {
  const { getDelegate } = provider as { getDelegate?: () => object };
  const target = (getDelegate?.call(provider) ?? provider) as { forceFlush?: () => Promise<void> };
  await target.forceFlush?.();
}
