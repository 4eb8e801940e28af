/** What is received and counted in the ledger. */
export const signals = ["spans", "logs", "metrics"] as const;
export type Signal = (typeof signals)[number];
