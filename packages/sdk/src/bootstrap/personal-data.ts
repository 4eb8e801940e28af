import { isIP, isIPv6 } from "node:net";

export type PersonalPattern = "email" | "ip" | "card" | "credentials";

export interface PersonalDataOptions {
  /** What is replaced within texts. Default: all. */
  patterns?: readonly PersonalPattern[];
  /** More names of attributes whose values are replaced as a whole, such as `customer_no`. */
  keys?: readonly string[];
  /** Names of attributes that are left as they are. */
  allow?: readonly string[];
}

/** Names (one part of a dotted one) whose values are nobody's business. Case, `_` and `-` do not count. */
const keysDefault =
  "password passwd pwd secret clientsecret token accesstoken refreshtoken apikey xapikey privatekey authorization " +
  "proxyauthorization cookie setcookie email emailaddress phone phonenumber ssn socialsecuritynumber taxid creditcard " +
  "cardnumber cvv iban birthdate dateofbirth firstname lastname fullname passport";

/** Addresses and versions of programs, not of people. */
const allowDefault = ["server.address", "network.local.address", "service.version"];

const emailForm = /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![a-z0-9-])/gi;
const ipv4Form = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g;
const ipv6Form = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const cardForm = /(?<!\w|\w[.-])\d(?:[ -]?\d){12,18}(?!\w|[.-]\w)/g;
const credentialsForm = /:\/\/[^/\s:@]{0,256}:[^/\s@]{1,256}@/g;
/** The networks' number ranges (ISO/IEC 7812): without them every tenth long number would be a card. */
const cardRange = /^(?:4|5[1-5]|2(?:2[2-9]|[3-6]|7[01])|3[47]|3(?:0[0-5]|[68])|6(?:011|4[4-9]|5)|35)/;

export const replacement = "[redacted]";

const replace: Record<PersonalPattern, (text: string) => string> = {
  credentials: (text) => (text.includes("://") ? text.replace(credentialsForm, `://${replacement}@`) : text),
  email: (text) => (text.includes("@") ? text.replace(emailForm, "[email]") : text),
  card: (text) => (/\d{4}/.test(text) ? text.replace(cardForm, (found) => (isCard(found) ? "[card]" : found)) : text),
  ip: (text) =>
    text
      .replace(ipv4Form, (found) => (isIP(found) === 4 && !isNobody(found) ? "[ip]" : found))
      .replace(ipv6Form, (found) => (isIPv6(found) && !isNobody(found) ? "[ip]" : found)),
};

/** Credentials first: what follows them looks like an e-mail address. */
const order: readonly PersonalPattern[] = ["credentials", "email", "card", "ip"];

/**
 * Keeps personal data out of what is sent: values by the name of their attribute, and e-mail addresses, IP addresses, card
 * numbers and passwords in URLs within any text. It catches what slips in, and is no licence to put people into telemetry.
 */
export class PersonalDataFilter {
  readonly #steps: ((text: string) => string)[];
  readonly #keys: Set<string>;
  readonly #allow: Set<string>;

  constructor(options: PersonalDataOptions = {}) {
    const wanted = new Set(options.patterns ?? order);
    this.#steps = order.filter((pattern) => wanted.has(pattern)).map((pattern) => replace[pattern]);
    this.#keys = new Set([...keysDefault.split(" "), ...(options.keys ?? [])].map(plainName));
    this.#allow = new Set([...allowDefault, ...(options.allow ?? [])]);
  }

  text(text: string): string {
    return this.#steps.reduce((current, step) => step(current), text);
  }

  /** Replaces values in place. */
  clean(attributes: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(attributes)) {
      if (this.#allow.has(key)) continue;
      if (this.#isSecret(key)) attributes[key] = replacement;
      else if (typeof value === "string") attributes[key] = this.text(value);
      else if (Array.isArray(value))
        attributes[key] = value.map((item: unknown) => (typeof item === "string" ? this.text(item) : item));
    }
  }

  #isSecret(key: string): boolean {
    return this.#keys.has(plainName(key)) || key.split(".").some((part) => this.#keys.has(plainName(part)));
  }
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}

/** Loopback and "any": addresses of no one. */
function isNobody(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$)/.test(address) || address === "::1" || address === "::";
}

/** The check digit of ISO/IEC 7812-1, annex B (Luhn), in a range that a network gives out. */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (!cardRange.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
