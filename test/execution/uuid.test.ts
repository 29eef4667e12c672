import { describe, expect, it } from 'vitest'
import { createTimedUuid, createUuid } from '../../src/execution/uuid.ts'

/** More ids than are made of the random bytes of one system call. */
const many = 2_000

describe('a UUID', () => {
  it('has the form of RFC 9562 for version 4', () => {
    for (let count = 0; count < many; count++)
      expect(createUuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })

  it('has the form of RFC 9562 for version 7', () => {
    for (let count = 0; count < many; count++)
      expect(createTimedUuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })

  it('begins with the milliseconds since 1970 in version 7', () => {
    const before = Date.now()
    const ms = Number.parseInt(createTimedUuid().replace('-', '').slice(0, 12), 16)
    expect(ms).toBeGreaterThanOrEqual(before)
    expect(ms).toBeLessThanOrEqual(Date.now())
  })

  it('never comes twice', () => {
    const ids = Array.from({ length: many }, () => [createUuid(), createTimedUuid()]).flat()
    expect(new Set(ids)).toHaveLength(2 * many)
  })

  it('uses every bit that is not of version, variant or time', () => {
    const seen = Array.from({ length: 32 }, () => new Set<string>())
    for (let count = 0; count < many; count++)
      for (const [index, digit] of [...createUuid().replaceAll('-', '')].entries()) seen[index]?.add(digit)
    const sizes = seen.map(({ size }) => size)
    expect(sizes).toEqual(sizes.map((_size, index) => (index === 12 ? 1 : index === 16 ? 4 : 16)))
  })
})
