import type { KeyboardEvent } from "react";

/** In a search box: Enter keeps what was typed and goes back to the list's keys, Escape (the browser clears the box) too. */
export function leaveSearch(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
}
