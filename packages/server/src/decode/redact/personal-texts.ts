import { isIP, isIPv6 } from "node:net";

/** What is looked for within texts. The SDK (packages/sdk) looks for the same; test/personal-data.ts holds both to it. */
export const personalKinds = ["credentials", "email", "card", "ip"] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** What stands in the place of a whole value, of credentials and of what a configured expression finds. */
export const redacted = "[redacted]";

/** Finds what is personal in a text and puts a marker in its place. `onFound` is told of each. */
export type Redact = (text: string, onFound: () => void) => string;

/** `://user:password@`. The password may hold a slash; a port is none. Of a web address even an account alone is a token. */
const urlForm = /:\/\/[^/\s:@]{0,256}:(?!\d{1,5}(?:[/?#,\s]|$))[^\s@]{1,256}@|(?<=\bhttps?):\/\/[^/\s:@]{1,256}@/gi;
/** In the query of a URL, in a connection string. What stands for a value in SQL (`?`, `$1`, `:name`, `%s`) is none. */
const assignmentForm = /(?<![\w.-])([\w.-]{2,64})=(?!\?|\$\d|[:@]\w|%s)([^\s&;,"']{1,4096})/g;
/** Of a URL that is signed: whoever has it may use it. */
const signatureName = /^(?:x-(?:amz|goog)-)?(?:signature|sig)$/i;
const jsonMemberForm = /"([\w.-]{2,64})"(\s{0,8}:\s{0,8})"((?:[^"\\]|\\.){1,4096})"/g;
const authorizationForm = /\b([Bb]earer|[Bb]asic) [\w.~+/-]{16,4096}=*/g;
const jsonWebTokenForm = /\beyJ[\w-]{8,4096}\.[\w-]{8,8192}\.[\w-]{0,4096}/g;

/** @param isPersonal whether what is assigned to a name is */
export function redactCredentials(isPersonal: (name: string) => boolean): Redact {
  return (text, onFound) => {
    const found = (marker: string) => {
      onFound();
      return marker;
    };
    let cleaned = text;
    if (cleaned.includes("://")) cleaned = cleaned.replace(urlForm, () => found(`://${redacted}@`));
    if (cleaned.includes("="))
      cleaned = cleaned.replace(assignmentForm, (all, name: string, value: string) =>
        value !== redacted && (isPersonal(name) || signatureName.test(name)) ? found(`${name}=${redacted}`) : all,
      );
    if (cleaned.includes('"'))
      cleaned = cleaned.replace(jsonMemberForm, (all, name: string, colon: string, value: string) =>
        value !== redacted && isPersonal(name) ? found(`"${name}"${colon}"${redacted}"`) : all,
      );
    if (cleaned.includes("earer ") || cleaned.includes("asic "))
      cleaned = cleaned.replace(authorizationForm, (_all, scheme: string) => found(`${scheme} ${redacted}`));
    return cleaned.includes("eyJ") ? cleaned.replace(jsonWebTokenForm, () => found(redacted)) : cleaned;
  };
}

/** Not after `://`: what stands before the host of a URL is an account, or a container of Azure's. */
const emailForm =
  /(?<![\p{L}\p{N}_.%+-]|:\/\/)[\p{L}\p{N}_.%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu;

export const redactEmails: Redact = (text, onFound) =>
  text.includes("@")
    ? text.replace(emailForm, () => {
        onFound();
        return "[email]";
      })
    : text;

export const cardDigitsMin = 14;
const cardForm = /(?<!\w|\w[.-])\d(?:[ \u00A0-]?\d){13,18}(?!\w|[.-]\w)/g;
/**
 * The networks' number ranges and lengths (ISO/IEC 7812): without them every tenth long number would be a card. Nobody gives
 * out Visa's numbers of 13 digits any more, but shops number their articles with as many.
 */
const networks: readonly (readonly [range: RegExp, digitCounts: readonly number[]])[] = [
  [/^4/, [16, 19]],
  [/^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 17, 18, 19]],
  [/^(?:6011|62|64[4-9]|65|35(?:2[89]|[3-8]))/, [16, 17, 18, 19]],
];

export const redactCards: Redact = (text, onFound) =>
  text.length < cardDigitsMin
    ? text
    : text.replace(cardForm, (found) => {
        const digits = found.replaceAll(/\D/g, "");
        const isIssued = networks.some(([range, counts]) => counts.includes(digits.length) && range.test(digits));
        if (!isIssued || !hasCheckDigit(digits)) return found;
        onFound();
        return "[card]";
      });

/** ISO/IEC 7812-1, annex B (Luhn). */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const weighted = place % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

const ipv4Form = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g;
/** With a digit: `Ab::Cd` is a name. A colon may follow, as in a message. */
const ipv6Form = /(?<![\w:.])(?=[a-f:]{0,39}\d)([0-9a-f]{0,4}(?::[0-9a-f]{1,4}|::[0-9a-f]{0,4}){1,7})(?!\w)/gi;

export const redactAddresses: Redact = (text, onFound) => {
  const marker = (found: string, isOne: boolean) => {
    if (!isOne || isNobody(found)) return found;
    onFound();
    return "[ip]";
  };
  const cleaned = text.includes(".") ? text.replace(ipv4Form, (found) => marker(found, isIP(found) === 4)) : text;
  return cleaned.includes(":") ? cleaned.replace(ipv6Form, (found) => marker(found, isIPv6(found))) : cleaned;
};

/** Loopback and "any": addresses of no one. */
function isNobody(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$)/.test(address) || address === "::1" || address === "::";
}
