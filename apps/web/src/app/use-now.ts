/** The present, for ages and durations that grow while they are shown. */
import { useEffect, useState } from 'react';

/** Milliseconds of the epoch, renewed every `everyMs`; stands still while `isRunning` is false. */
export function useNow(everyMs = 1_000, isRunning = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isRunning]);
  return now;
}
