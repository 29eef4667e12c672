import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../../src/http/limits/token-bucket.ts'

/** How many of a number of tries at one time are let through. */
const letThrough = (bucket: TokenBucket, tries: number, atMs: number) =>
  Array.from({ length: tries }, () => bucket.take(atMs)).filter(Boolean).length

describe('a token bucket', () => {
  it('lets a second of requests through at once, and then as many as a second has', () => {
    const bucket = new TokenBucket(10)

    expect(letThrough(bucket, 30, 5_000)).toBe(10)
    expect(letThrough(bucket, 30, 5_050)).toBe(0)
    expect(letThrough(bucket, 30, 5_100)).toBe(1)
    expect(letThrough(bucket, 30, 5_600)).toBe(5)
    expect(letThrough(bucket, 30, 99_000)).toBe(10)
  })
})
