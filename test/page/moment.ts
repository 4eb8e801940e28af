import type { BrowserContext } from "playwright-core";

/**
 * When the tests of the page begin, for the made-up world, for the mock backend and in the browser. It is the same moment in
 * every run, so that nothing they see hangs on when that is; from there time goes on as it does outside.
 */
const beginsMs = Date.parse(process.env.SIGHTGLASS_PAGE_MOMENT ?? "2026-11-25T10:20:00Z");
export const timezoneId = process.env.SIGHTGLASS_PAGE_ZONE ?? "UTC";

const aheadMs = beginsMs - Date.now();

export function now(): number {
  return Date.now() + aheadMs;
}

/** Sets the clock of every page of a context, of which no page is open yet. */
export async function setClock(context: BrowserContext): Promise<void> {
  await context.addInitScript((ms) => {
    const { now: outside } = Date;
    Date.now = () => outside() + ms;
    globalThis.Date = new Proxy(Date, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget) as Date,
    });
  }, aheadMs);
}
