import { useSyncExternalStore } from "react";

/** `system` follows prefers-color-scheme; the others are chosen by hand and kept. `public/theme-boot.js` applies them first. */
export type Theme = "system" | "light" | "dark";

const storageKey = "sightglass.theme";
const listeners = new Set<() => void>();

export function readTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // Storage may be forbidden: the choice then holds for this page only.
  }
  notify();
}

/** The order in which the toggle goes round. */
export function nextTheme(theme: Theme): Theme {
  return theme === "system" ? "light" : theme === "light" ? "dark" : "system";
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, readTheme);
}

const systemDark = () => matchMedia("(prefers-color-scheme: dark)");

/** Whether dark colours are on screen now, whoever decided it. Charts on canvas read colours again when it changes. */
export function useIsDark(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => readTheme() === "dark" || (readTheme() === "system" && systemDark().matches),
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const media = systemDark();
  media.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener("change", listener);
  };
}

function notify(): void {
  for (const listener of listeners) listener();
}
