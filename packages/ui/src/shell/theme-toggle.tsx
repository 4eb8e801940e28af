import { chooseTheme, nextTheme, type Theme, useTheme } from "../theme/theme.ts";

const words: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };

export function ThemeToggle() {
  const theme = useTheme();
  const next = nextTheme(theme);
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Theme: ${words[theme]}. Switch to ${words[next]}.`}
      title={`Theme: ${words[theme]}`}
      onClick={() => chooseTheme(next)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {theme === "light" ? (
          <g fill="none" stroke="currentColor" strokeWidth="1.4">
            <circle cx="8" cy="8" r="2.8" />
            <path d="M8 1v2m0 10v2M1 8h2m10 0h2M3 3l1.4 1.4m7.2 7.2L13 13M13 3l-1.4 1.4M4.4 11.6 3 13" />
          </g>
        ) : theme === "dark" ? (
          <path d="M13 10A5.6 5.6 0 0 1 6 3a5.6 5.6 0 1 0 7 7z" fill="none" stroke="currentColor" strokeWidth="1.4" />
        ) : (
          <g stroke="currentColor" strokeWidth="1.4">
            <circle cx="8" cy="8" r="5.6" fill="none" />
            <path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor" stroke="none" />
          </g>
        )}
      </svg>
    </button>
  );
}
