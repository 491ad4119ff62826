/**
 * One call to the node from a button: running, refused, or done.
 * @module
 */
import { useCallback, useRef, useState } from "react";
import { type Failure, failureOf } from "./api.ts";

/** See {@link useCall}. */
export interface Call {
  readonly running: boolean;
  readonly failure: Failure | null;
  /** Runs it; a second press while it runs does nothing. */
  readonly run: (work: () => Promise<unknown>) => Promise<void>;
  readonly forget: () => void;
}

/** State of the calls of one button or form. */
export function useCall(): Call {
  const [running, setRunning] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const busy = useRef(false);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    if (busy.current) return;
    busy.current = true;
    setRunning(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(failureOf(error));
    }
    busy.current = false;
    setRunning(false);
  }, []);
  const forget = useCallback(() => setFailure(null), []);
  return { running, failure, run, forget };
}
