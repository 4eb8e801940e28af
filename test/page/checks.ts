import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { PageUnderTest } from "./page-under-test.ts";

/** What axe finds, one line per element; empty when all is well. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary ?? ""}`),
  );
}

/** How many pixels the page is wider than its window. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * Nothing on the console, of any page so far: no faults, no breaches of the content security policy. The browser itself
 * writes down answers that are errors; tests of those ask for them.
 */
export function madeNoComplaint({ problems }: PageUnderTest): void {
  expect(problems.filter((problem) => !problem.startsWith("Failed to load resource"))).toEqual([]);
}
