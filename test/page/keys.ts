import type { Page } from "playwright-core";

/** Presses the keys of a sequence (`g r`), sent at once: the second must come within a second, however busy the machine is. */
export async function pressSequence(page: Page, ...keys: string[]): Promise<void> {
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
}
