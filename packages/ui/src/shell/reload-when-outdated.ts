const key = "sightglass.reloaded-at";
const pauseMs = 60_000;

/**
 * After an upgrade of the server, the parts of the page that were not loaded before have other names. Then the page is read
 * anew: once in a while only, so that a part which is really missing shows its error.
 */
export function reloadWhenOutdated(): void {
  addEventListener("vite:preloadError", (event) => {
    const nowMs = Date.now();
    if (nowMs - Number(sessionStorage.getItem(key) ?? 0) < pauseMs) return;
    sessionStorage.setItem(key, String(nowMs));
    event.preventDefault();
    location.reload();
  });
}
