import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedBuffer } from '../../../src/egress/body/bounded-buffer.ts'

const pieces = fc.array(
  fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 12 },
)

describe('a growing buffer', () => {
  it('has all bytes in order up to the limit, and says of each piece whether it fitted', () => {
    fc.assert(
      fc.property(pieces, fc.nat({ max: 20_000 }), (chunks, limit) => {
        const buffer = new BoundedBuffer(limit)
        let total = 0
        for (const chunk of chunks) {
          total += chunk.length
          expect(buffer.append(chunk)).toBe(total <= limit || chunk.length === 0)
          expect(buffer.length).toBe(Math.min(total, limit))
        }
        const expected = Buffer.concat(chunks).subarray(0, limit)
        expect(buffer.copy().equals(expected)).toBe(true)
        expect(buffer.take().equals(expected)).toBe(true)
      }),
    )
  })

  it('gives what came in one piece as it came', () => {
    const buffer = new BoundedBuffer(10)
    const chunk = Buffer.from('hello')
    buffer.append(chunk)
    expect(buffer.take()).toBe(chunk)
  })

  it('holds back no memory that was reserved for more', () => {
    const buffer = new BoundedBuffer(1_000_000)
    for (let count = 0; count < 100; count++) buffer.append(Buffer.alloc(1_000))
    expect(buffer.take().buffer.byteLength).toBe(100_000)
  })

  it('takes no more once it was emptied', () => {
    const buffer = new BoundedBuffer(10)
    buffer.append(Buffer.from('hello'))
    buffer.take()
    expect(buffer.append(Buffer.from('x'))).toBe(false)
    expect(buffer.take()).toHaveLength(0)
  })
})
