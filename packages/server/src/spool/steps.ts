/**
 * Points on the way of a commit and of an insert, in order, at which a crash or an error must do no harm. Tests stop the
 * process or throw there; nothing else uses them.
 */
export const steps = [
  "segment-create",
  "data-write",
  "log-write",
  "sync",
  "committed",
  /** Only after a commit that failed. */
  "undo",
  "insert",
  "inserted",
  "checkpoint",
  "log-delete",
  "data-delete",
  "deleted",
] as const;

export type Step = (typeof steps)[number];

export type StepHook = (step: Step) => void;
