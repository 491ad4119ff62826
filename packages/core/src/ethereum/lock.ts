/**
 * One thing at a time, per key: two transactions of one account must not get the same nonce.
 * @module
 */

/** Runs tasks of the same key one after the other, in the order of their calls; tasks of other keys go on beside them. */
export type Lock = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** @example await lock(sender, async () => { ... }) */
export function createLock(): Lock {
  const tails = new Map<string, Promise<void>>();
  return (key, task) => {
    const result = (tails.get(key) ?? Promise.resolve()).then(task);
    const tail = result.then(
      () => {},
      () => {},
    );
    tails.set(key, tail);
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    return result;
  };
}
