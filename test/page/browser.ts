import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const candidates = [
  process.env["SIGHTGLASS_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const chromiumPath = candidates.find((path) => path !== undefined && existsSync(path));

/** For `describe.skipIf`: the reason stands in the suite's name. */
export const noChromium = chromiumPath === undefined;
export const skipReason = noChromium ? " (skipped: no Chromium found; set SIGHTGLASS_CHROMIUM to its path)" : "";

/** @param hostRules what names lead to, as `--host-resolver-rules` has it */
export function launchBrowser(hostRules = ""): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=${hostRules}`,
    ],
  });
}
