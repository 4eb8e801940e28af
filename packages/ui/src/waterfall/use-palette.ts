import { useSyncExternalStore } from "react";
import { serviceColourCount } from "./service-colour.ts";
import "./service-palette.css";

/** The theme's colours as text, for canvases: they cannot read custom properties. */
export interface Palette {
  services: readonly string[];
  failed: string;
  succeeded: string;
  neutral: string;
  accent: string;
  line: string;
  grid: string;
  textMuted: string;
  surface: string;
}

let palette: Palette | undefined;

/** Read once, and again when the theme changes. */
export function usePalette(): Palette {
  return useSyncExternalStore(subscribe, () => (palette ??= readPalette()));
}

function subscribe(listener: () => void): () => void {
  const changed = () => {
    palette = undefined;
    listener();
  };
  const attribute = new MutationObserver(changed);
  attribute.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    attribute.disconnect();
    system.removeEventListener("change", changed);
  };
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    services: Array.from({ length: serviceColourCount }, (_, colour) => read(`--service-${colour}`)),
    failed: read("--failed"),
    succeeded: read("--succeeded"),
    neutral: read("--skipped"),
    accent: read("--accent"),
    line: read("--line-strong"),
    grid: read("--chart-grid"),
    textMuted: read("--text-muted"),
    surface: read("--surface"),
  };
}
