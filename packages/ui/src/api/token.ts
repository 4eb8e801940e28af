/** The access token of a server that asks for one. Kept for this browser tab only. */
const storageKey = "sightglass.token";

export function readToken(): string | null {
  try {
    return sessionStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

export function keepToken(token: string): void {
  try {
    sessionStorage.setItem(storageKey, token);
  } catch {
    // Storage may be forbidden: the server then has to be reached through a proxy that adds the token.
  }
}

export function authorization(): Record<string, string> {
  const token = readToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
