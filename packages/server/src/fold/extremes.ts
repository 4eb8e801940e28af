/** The smallest of the values, Infinity for none. A run may have more of them than a call takes arguments. */
export function least(values: readonly number[]): number {
  let found = Infinity;
  for (const value of values) if (value < found) found = value;
  return found;
}

/** The greatest of the values, -Infinity for none. */
export function greatest(values: readonly number[]): number {
  let found = -Infinity;
  for (const value of values) if (value > found) found = value;
  return found;
}
