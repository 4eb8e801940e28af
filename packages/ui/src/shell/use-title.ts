import { useEffect } from "react";

/** The window's title while a view is open: the most specific part first. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter((part) => part !== undefined), "Sightglass"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
