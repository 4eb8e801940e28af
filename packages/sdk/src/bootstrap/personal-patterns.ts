import { isIP, isIPv6 } from "node:net";

export type PersonalPattern = "email" | "ip" | "card" | "credentials";

export const replacement = "[redacted]";

/** Not after `://`: what stands before the host of a URL is an account, or a container of Azure's. */
const emailForm =
  /(?<![\p{L}\p{N}_.%+-]|:\/\/)[\p{L}\p{N}_.%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu;
const ipv4Form = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g;
/** With a digit: `Ab::Cd` is a name. A colon may follow, as in a message. */
const ipv6Form = /(?<![\w:.])(?=[a-f:]{0,39}\d)([0-9a-f]{0,4}(?::[0-9a-f]{1,4}|::[0-9a-f]{0,4}){1,7})(?!\w)/gi;
const cardForm = /(?<!\w|\w[.-])\d(?:[ \u00A0-]?\d){13,18}(?!\w|[.-]\w)/g;

const cardDigitsMin = 14;

/** The password may hold a slash; a port is none. Before the host of a web address even an account alone is a token. */
const credentialsForm =
  /:\/\/[^/\s:@]{0,256}:(?!\d{1,5}(?:[/?#,\s]|$))[^\s@]{1,256}@|(?<=\bhttps?):\/\/[^/\s:@]{1,256}@/gi;
/** In the query of a URL, in a connection string. What stands for a value in SQL is none. */
const assignmentForm = /(?<![\w.-])([\w.-]{2,64})=(?!\?|\$\d|[:@]\w|%s)([^\s&;,"']{1,4096})/g;
/** Of a URL that is signed: whoever has it may use it. */
const signatureName = /^(?:x-(?:amz|goog)-)?(?:signature|sig)$/i;
const jsonMemberForm = /"([\w.-]{2,64})"(\s{0,8}:\s{0,8})"((?:[^"\\]|\\.){1,4096})"/g;
const bearerForm = /\b([Bb]earer|[Bb]asic) [\w.~+/-]{16,4096}=*/g;
const jsonWebTokenForm = /\beyJ[\w-]{8,4096}\.[\w-]{8,8192}\.[\w-]{0,4096}/g;

/**
 * The networks' number ranges and lengths (ISO/IEC 7812): without them every tenth long number would be a card. Nobody gives out Visa's
 * numbers of 13 digits any more, but shops number their articles with as many.
 */
const networks: readonly [range: RegExp, digits: readonly number[]][] = [
  [/^4/, [16, 19]],
  [/^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 17, 18, 19]],
  [/^(?:6011|62|64[4-9]|65|35(?:2[89]|[3-8]))/, [16, 17, 18, 19]],
];

/** @param isPersonal whether a value of this name is */
export function withoutCredentials(text: string, isPersonal: (name: string) => boolean): string {
  let cleaned = text.includes("://") ? text.replace(credentialsForm, `://${replacement}@`) : text;
  if (cleaned.includes("="))
    cleaned = cleaned.replace(assignmentForm, (found, name: string) =>
      isPersonal(name) || signatureName.test(name) ? `${name}=${replacement}` : found,
    );
  if (cleaned.includes('"'))
    cleaned = cleaned.replace(jsonMemberForm, (found, name: string, colon: string) =>
      isPersonal(name) ? `"${name}"${colon}"${replacement}"` : found,
    );
  if (cleaned.includes("earer ") || cleaned.includes("asic "))
    cleaned = cleaned.replace(bearerForm, `$1 ${replacement}`);
  return cleaned.includes("eyJ") ? cleaned.replace(jsonWebTokenForm, replacement) : cleaned;
}

export function withoutEmails(text: string): string {
  return text.includes("@") ? text.replace(emailForm, "[email]") : text;
}

export function withoutCards(text: string): string {
  return text.length >= cardDigitsMin && /\d{4}/.test(text)
    ? text.replace(cardForm, (found) => (isCard(found) ? "[card]" : found))
    : text;
}

export function withoutAddresses(text: string): string {
  const cleaned = text.includes(".")
    ? text.replace(ipv4Form, (found) => (isIP(found) === 4 && !isNobody(found) ? "[ip]" : found))
    : text;
  if (!cleaned.includes(":")) return cleaned;
  return cleaned.replace(ipv6Form, (found) => (isIPv6(found) && !isNobody(found) ? "[ip]" : found));
}

/** Loopback and "any": addresses of no one. */
function isNobody(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$)/.test(address) || address === "::1" || address === "::";
}

/** The check digit of ISO/IEC 7812-1, annex B (Luhn), in a range that a network gives out. */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (!networks.some(([range, lengths]) => range.test(digits) && lengths.includes(digits.length))) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
