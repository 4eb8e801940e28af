/**
 * Returns what `work` returns and throws what it throws; `done` is called once, when it has returned, thrown, or its promise has
 * settled.
 */
export function afterWork<T>(work: () => T, done: () => void): T {
  let result: T;
  try {
    result = work();
  } catch (thrown) {
    done();
    throw thrown;
  }
  if (result instanceof Promise) return result.finally(done) as T;
  done();
  return result;
}
