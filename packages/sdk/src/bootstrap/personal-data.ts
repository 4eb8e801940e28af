import { PersonalNames } from "./personal-names.ts";
import {
  type PersonalPattern,
  replacement,
  withoutAddresses,
  withoutCards,
  withoutCredentials,
  withoutEmails,
} from "./personal-patterns.ts";

export interface PersonalDataOptions {
  /** What is replaced within texts. Default: all. */
  patterns?: readonly PersonalPattern[];
  /** More names of attributes whose values are replaced as a whole, such as `customer_no`. */
  keys?: readonly string[];
  /** Names of attributes that are left as they are. */
  allow?: readonly string[];
}

/** Addresses and versions of programs, not of people. */
const allowDefault = ["server.address", "network.local.address", "service.version"];
/** Credentials first: what follows them looks like an e-mail address. */
const order: readonly PersonalPattern[] = ["credentials", "email", "card", "ip"];
/** Texts that are remembered, and how long they may be. */
const rememberedMax = 1000;
const rememberedCharsMax = 200;
/** What is nested deeper, in a log record, is not looked into and not sent. */
const depthMax = 8;

/**
 * Keeps personal data out of what is sent: values by the name of their attribute, and e-mail addresses, IP addresses, card
 * numbers, passwords and tokens within any text. It catches what slips in, and is no licence to put people into telemetry.
 */
export class PersonalDataFilter {
  readonly #steps: ((text: string) => string)[];
  readonly #names: PersonalNames;
  readonly #allow: Set<string>;
  /** What became of texts: names of pipelines, stages and tables come again and again. */
  readonly #remembered = new Map<string, string>();

  constructor(options: PersonalDataOptions = {}) {
    const steps: Record<PersonalPattern, (text: string) => string> = {
      credentials: (text) => withoutCredentials(text, (name) => this.#names.means(name, "")),
      email: withoutEmails,
      card: withoutCards,
      ip: withoutAddresses,
    };
    const wanted = new Set(options.patterns ?? order);
    this.#steps = order.filter((pattern) => wanted.has(pattern)).map((pattern) => steps[pattern]);
    this.#names = new PersonalNames(options.keys ?? []);
    this.#allow = new Set([...allowDefault, ...(options.allow ?? [])]);
  }

  text(text: string): string {
    if (text.length > rememberedCharsMax) return this.#lookedAt(text);
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const cleaned = this.#lookedAt(text);
    if (this.#remembered.size === rememberedMax) this.#remembered.clear();
    this.#remembered.set(text, cleaned);
    return cleaned;
  }

  /** Replaces values in place; what is nested, which is the caller's own, in copies. */
  clean(attributes: Record<string, unknown>): void {
    for (const key of Object.keys(attributes)) {
      const value = attributes[key];
      const cleaned = this.#named(key, value, depthMax);
      if (cleaned !== value) attributes[key] = cleaned;
    }
  }

  /** A value of any kind, such as the body of a log record; a copy where something in it was replaced. */
  value(value: unknown): unknown {
    return this.#cleaned(value, depthMax);
  }

  #lookedAt(text: string): string {
    return this.#steps.reduce((current, step) => step(current), text);
  }

  #named(name: string, value: unknown, depth: number): unknown {
    if (this.#allow.has(name)) return value;
    return this.#names.means(name, value) ? replacement : this.#cleaned(value, depth);
  }

  #cleaned(value: unknown, depth: number): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    if (depth === 0) return replacement;
    if (Array.isArray(value)) return value.map((item) => this.#cleaned(item, depth - 1));
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#named(name, one, depth - 1)]));
  }
}
