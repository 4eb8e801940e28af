import { ByteSource } from "../native/byte-source.ts";
import { StringDictionary } from "../native/string-dictionary.ts";
import { hasAnchor, hasAuthorization, hasLongNumber, hasTokenStart } from "./byte-scan.ts";
import { PersonalNames } from "./personal-names.ts";
import {
  cardDigitsMin,
  type PersonalKind,
  personalKinds,
  type Redact,
  redactAddresses,
  redactCards,
  redactCredentials,
  redacted,
  redactEmails,
} from "./personal-texts.ts";

export interface RedactionSettings {
  /** What is looked for within texts; with none of these, no keys and no expressions nothing is. */
  readonly kinds: readonly PersonalKind[];
  /** Whether values go by the name of their attribute. */
  readonly byName: boolean;
  /** More names of attributes whose values are replaced as a whole. */
  readonly keys: readonly string[];
  /** Names of attributes that are left as they are. */
  readonly allow: readonly string[];
  /** Further expressions, whose matches within texts are replaced. */
  readonly blockedValues: readonly ((text: string, replace: () => string) => string)[];
}

/** What was replaced: a kind of text, a value by its name, or what a configured expression found. */
export const redactionKinds = [...personalKinds, "name", "blocked_value"] as const;
export type RedactionKind = (typeof redactionKinds)[number];

/** Addresses and versions of programs, not of people, and what everything is grouped by. */
const allowDefault = ["server.address", "network.local.address", "service.version", "service.name"];

/** Bits of a key's tag, above those of pipeline-keys.ts. */
export const keyTag = { personalText: 0x80, personalNumber: 0x100, allowed: 0x200 } as const;

/** Nothing shorter holds an address, or an assignment to a name that counts. */
const textBytesMin = 5;
const keysKnownMax = 4096;

/** What a byte may be part of. */
const byteClass = { anchor: 1, digit: 2, space: 4, tokenStart: 8, address: 16 } as const;

interface Rules {
  readonly steps: readonly (readonly [RedactionKind, Redact])[];
  /** By byte. */
  readonly classes: Uint8Array;
  readonly names: PersonalNames | undefined;
  readonly allow: ReadonlySet<string>;
  readonly cards: boolean;
  /** Expressions may match anything: every text is made a string of. */
  readonly looksAtAll: boolean;
  /** What is looked for has other anchors than `hasAnchor` knows. */
  readonly looksAtEach: boolean;
}

/**
 * Keeps personal data out of the columns: what goes by its name, and what stands within a text. Texts are bytes, and nearly
 * all of them are let through by one look at each byte; only one in which something could be is made a string of.
 * One for all blocks; it may be given other settings at any time.
 */
export class Redaction {
  readonly marker = new ByteSource(Buffer.from(redacted));
  /** The text that `replaces` has found to be put in place of another; valid until it is called again. */
  replacement: ByteSource = this.marker;
  readonly counts: Readonly<Record<RedactionKind, number>>;
  private readonly found: Record<RedactionKind, number>;
  private readonly keys = new StringDictionary((source, start, end) => this.classify(source, start, end));
  private rules!: Rules;

  constructor(settings: RedactionSettings) {
    this.found = Object.fromEntries(redactionKinds.map((kind) => [kind, 0])) as Record<RedactionKind, number>;
    this.counts = this.found;
    this.apply(settings);
  }

  apply(settings: RedactionSettings): void {
    this.rules = rulesOf(settings);
    this.keys.clear();
  }

  /** The bits of an attribute's key: `keyTag`. */
  readonly classify = (source: ByteSource, start: number, end: number): number => {
    const { names, allow } = this.rules;
    if (names === undefined && allow.size === 0) return 0;
    const name = textOf(source, start, end);
    if (allow.has(name)) return keyTag.allowed;
    const match = names?.match(name) ?? "none";
    if (match === "none") return 0;
    return match === "whole" ? keyTag.personalText | keyTag.personalNumber : keyTag.personalText;
  };

  /** The same, for keys that are in no dictionary. */
  tagOf(source: ByteSource, start: number, end: number): number {
    if (this.keys.size >= keysKnownMax) this.keys.clear();
    return this.keys.tagOf(this.keys.intern(source, start, end));
  }

  /** A value was replaced as a whole, for its name. */
  countName(): void {
    this.found.name++;
  }

  /** Whether something else must stand in the place of this text: `replacement`. */
  replaces(source: ByteSource, start: number, end: number): boolean {
    return end - start >= textBytesMin && this.suspects(source, start, end) && this.clean(source, start, end);
  }

  /** Appends what `replaces` has found. */
  appendReplacement(column: { append: (source: ByteSource, start: number, end: number) => unknown }): void {
    column.append(this.replacement, 0, this.replacement.bytes.length);
  }

  /** Whether something could be in a text, by one look at its bytes. */
  private suspects(source: ByteSource, start: number, end: number): boolean {
    const { rules } = this;
    if (rules.looksAtEach || hasAnchor(source, start, end)) return this.suspectsClosely(source.bytes, start, end);
    return rules.cards && end - start >= cardDigitsMin && hasLongNumber(source.bytes, start, end, cardDigitsMin);
  }

  private suspectsClosely(bytes: Uint8Array, start: number, end: number): boolean {
    const { classes, looksAtAll, cards } = this.rules;
    let seen = 0;
    for (let at = start; at < end; at++) seen |= classes[bytes[at]!]!;
    if ((seen & byteClass.anchor) !== 0 || looksAtAll) return true;
    if ((seen & byteClass.digit) !== 0) {
      if ((seen & byteClass.address) !== 0) return true;
      if (cards && end - start >= cardDigitsMin && hasLongNumber(bytes, start, end, cardDigitsMin)) return true;
    }
    if ((seen & byteClass.tokenStart) !== 0 && hasTokenStart(bytes, start, end)) return true;
    return (seen & byteClass.space) !== 0 && hasAuthorization(bytes, start, end);
  }

  private clean(source: ByteSource, start: number, end: number): boolean {
    const text = textOf(source, start, end);
    let cleaned = text;
    for (const [kind, redact] of this.rules.steps) cleaned = redact(cleaned, () => this.found[kind]++);
    if (cleaned === text) return false;
    this.replacement = new ByteSource(Buffer.from(cleaned));
    return true;
  }
}

function rulesOf({ kinds, byName, keys, allow, blockedValues }: RedactionSettings): Rules {
  const names = byName ? new PersonalNames(keys) : undefined;
  const byKind: Record<PersonalKind, Redact> = {
    credentials: redactCredentials((name) => names?.match(name) === "whole" || names?.match(name) === "part"),
    email: redactEmails,
    card: redactCards,
    ip: redactAddresses,
  };
  // Credentials first: what follows them looks like an e-mail address.
  const steps = personalKinds
    .filter((kind) => kinds.includes(kind))
    .map((kind): [RedactionKind, Redact] => [kind, byKind[kind]]);
  const blocked = blockedValues.map((replaceAll): [RedactionKind, Redact] => [
    "blocked_value",
    (text, onFound) =>
      replaceAll(text, () => {
        onFound();
        return redacted;
      }),
  ]);
  return {
    steps: [...steps, ...blocked],
    classes: classesOf(new Set(kinds)),
    names,
    allow: new Set([...allowDefault, ...allow]),
    cards: kinds.includes("card"),
    looksAtAll: blocked.length > 0,
    looksAtEach: blocked.length > 0 || kinds.includes("ip"),
  };
}

function classesOf(kinds: ReadonlySet<PersonalKind>): Uint8Array {
  const classes = new Uint8Array(256);
  const put = (texts: string, bit: number) => {
    for (const text of texts) classes[text.charCodeAt(0)]! |= bit;
  };
  if (kinds.has("email")) put("@", byteClass.anchor);
  if (kinds.has("credentials")) {
    put('@="', byteClass.anchor);
    put("J", byteClass.tokenStart);
    put(" ", byteClass.space);
  }
  if (kinds.has("card") || kinds.has("ip")) put("0123456789", byteClass.digit);
  if (kinds.has("ip")) put(".:", byteClass.address);
  return classes;
}

function textOf({ bytes }: ByteSource, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}
