/** The time windows a list can cover. */
export const windows = ["24h", "7d", "30d"] as const;
export type Window = (typeof windows)[number];
export const windowDefault: Window = "7d";

export const windowNames: Record<Window, string> = { "24h": "24 hours", "7d": "7 days", "30d": "30 days" };

const hourMs = 3_600_000;
export const windowMs: Record<Window, number> = { "24h": 24 * hourMs, "7d": 168 * hourMs, "30d": 720 * hourMs };
