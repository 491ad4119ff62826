/**
 * A token bucket: so many at once, so many a second.
 * @module
 */

/** How full a bucket is. */
export interface Bucket {
  tokens: number;
  /** Milliseconds. */
  at: number;
}

/** A full bucket. */
export function fullBucket(burst: number, now: number): Bucket {
  return { tokens: burst, at: now };
}

/** Takes `count` tokens; false when there are not so many, and then all that were there are gone. */
export function takeTokens(
  bucket: Bucket,
  count: number,
  now: number,
  { burst, perSecond }: { burst: number; perSecond: number },
): boolean {
  const elapsed = Math.max(0, now - bucket.at);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsed * perSecond) / 1000);
  bucket.at = now;
  bucket.tokens -= count;
  if (bucket.tokens >= 0) return true;
  bucket.tokens = 0;
  return false;
}
