/** A part of the page could not be loaded. */
export class PartMissingError extends Error {
  constructor(cause: unknown) {
    super("A part of the page could not be loaded: the server does not answer, or has another version now.", { cause });
  }
}

/** The router would read the page anew when an import fails, and put the browser's error page in place of what is on screen. */
export function part<Module>(load: () => Promise<Module>): () => Promise<Module> {
  return () =>
    load().catch((cause: unknown) => {
      throw new PartMissingError(cause);
    });
}

const key = "sightglass.reloaded-at";
const pauseMs = 60_000;

/**
 * After an upgrade of the server, the parts of the page that were not loaded before have other names. Then the page is read
 * anew: once in a while only, so that a part which is really missing shows its error.
 */
export function reloadWhenOutdated(): void {
  addEventListener("vite:preloadError", () => {
    const nowMs = Date.now();
    if (nowMs - Number(sessionStorage.getItem(key) ?? 0) < pauseMs) return;
    void reloadWhenServed(() => sessionStorage.setItem(key, String(nowMs)));
  });
}

/** Reads the page anew, unless nobody answers. */
export async function reloadWhenServed(before?: () => void): Promise<void> {
  const isServed = await fetch("/health/live", { cache: "no-store" }).then(
    () => true,
    () => false,
  );
  if (!isServed) return;
  before?.();
  location.reload();
}
