import { diag, type Meter, type MeterProvider, metrics } from "@opentelemetry/api";
import { scopeName } from "../attribute-names.ts";
import { safely } from "../safely.ts";
import { version } from "../version.ts";

type Kind = "counter" | "histogram" | "gauge" | "up-down counter" | "collector" | "quantiles";

interface Entry {
  readonly kind: Kind;
  readonly instrument: object;
}

interface Catalogue {
  readonly entries: Map<string, Entry>;
  /** Observed ones: nobody calls them, so they are made anew when the provider changes. */
  readonly observed: Late<unknown>[];
  /** Each hands over what it holds back. */
  readonly held: (() => void)[];
}

const catalogueSymbol = Symbol.for("@sightglass/sdk metrics 1");

/** One for the process's thread, however many copies of the package it has loaded. */
function catalogue(): Catalogue {
  const home = globalThis as { [catalogueSymbol]?: Catalogue };
  home[catalogueSymbol] ??= { entries: new Map(), observed: [], held: [] };
  return home[catalogueSymbol];
}

/**
 * The instrument of that name, made by the first who asks. One that exists as another kind stays as it is; the caller gets
 * one of his kind that goes nowhere. Plain JavaScript may hand over null for the options.
 */
export function once<T extends object, Options extends object>(
  kind: Kind,
  name: string,
  options: Options | null,
  makeWith: (isStray: boolean, options: Partial<Options>) => T,
): T {
  const make = (isStray: boolean) => makeWith(isStray, options ?? {});
  if (typeof name !== "string" || name === "") {
    // One metric without a name would spoil the collection of all others.
    safely(() => diag.error(`sightglass: a ${kind} without a name goes nowhere`), undefined);
    return make(true);
  }
  const { entries } = catalogue();
  const found = entries.get(name);
  if (found?.kind === kind) return found.instrument as T;
  if (found !== undefined) {
    safely(() => diag.error(`sightglass: metric "${name}" is a ${found.kind} already, not a ${kind}`), undefined);
    return make(true);
  }
  const instrument = make(false);
  entries.set(name, { kind, instrument });
  return instrument;
}

/**
 * An OpenTelemetry instrument that is made with the first use after a provider has been registered. The metrics API has no
 * proxy: what is made before `bootstrap` would stay mute for good.
 */
export class Late<T> {
  readonly #make: (meter: Meter) => T;
  #provider: MeterProvider | undefined;
  #instrument: T | undefined;

  constructor(make: (meter: Meter) => T) {
    this.#make = make;
  }

  get(): T {
    const provider = metrics.getMeterProvider();
    if (provider === this.#provider) return this.#instrument as T;
    this.#provider = provider;
    this.#instrument = this.#make(provider.getMeter(scopeName, version));
    return this.#instrument;
  }
}

/** Adds an instrument that is read rather than called. */
export function observe(late: Late<unknown>): void {
  catalogue().observed.push(late);
  connectObserved();
}

/** Connects what is read to the provider that is registered now. */
export function connectObserved(): void {
  for (const late of catalogue().observed) safely(() => void late.get(), undefined);
}

/** Lets `handOver` run before each collection. */
export function atCollection(handOver: () => void): void {
  const { held } = catalogue();
  held.push(handOver);
  // An instrument without a value is never sent; its callback is how a provider says that it collects.
  if (held.length === 1) observe(new Late((meter) => meter.createObservableGauge(heldName).addCallback(handOverHeld)));
}

const heldName = "sightglass.held";

/** The same at once, where nothing can be awaited any more. */
export function handOverHeld(): void {
  for (const handOver of catalogue().held) handOver();
}
