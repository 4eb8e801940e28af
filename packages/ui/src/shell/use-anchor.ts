import { useEffect } from "react";

/**
 * Goes to a part of the page that a link's `#` names, once it is there: it is not yet when the link is followed, because
 * what it shows has first to be read.
 */
export function useAnchor(name: string): void {
  useEffect(() => {
    if (location.hash === `#${name}`) document.getElementById(name)?.scrollIntoView();
  }, [name]);
}
