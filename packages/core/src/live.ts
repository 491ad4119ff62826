/**
 * Live events inside the node: whoever does something publishes, whoever shows something listens.
 * @module
 */

/** A channel of events of one type. */
export interface Channel<T> {
  publish(event: T): void;
  /** Returns what stops it. */
  listen(listener: (event: T) => void): () => void;
}

/** A listener that throws harms neither the publisher nor the other listeners; `onFault` hears of it. */
export function createChannel<T>(onFault: (error: unknown) => void): Channel<T> {
  const listeners = new Set<(event: T) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          onFault(error);
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
