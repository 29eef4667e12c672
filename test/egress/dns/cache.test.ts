import { expect, it } from 'vitest'
import { DnsCache } from '../../../src/egress/dns/cache.ts'

it('keeps the 1,000 names that were used last', () => {
  const cache = new DnsCache(() => 0)
  const resolution = { addresses: ['192.0.2.1'], usableUntil: 30_000 }
  for (let i = 0; i < 1_000; i++) cache.put(`host-${i}.example`, resolution, 60)
  cache.get('host-0.example')

  cache.put('another.example', resolution, 60)

  const kept = Array.from({ length: 1_000 }, (_, i) => cache.get(`host-${i}.example`) !== null)
  expect(kept.flatMap((isKept, i) => (isKept ? [] : [i]))).toEqual([1])
  expect(cache.get('another.example')).toBe(resolution)
})
