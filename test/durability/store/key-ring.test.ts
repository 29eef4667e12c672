import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyRing } from '../../../src/durability/store/key-ring.ts'
import { formatStoreKey, parseStoreKeys } from '../../../src/durability/store/store-keys.ts'

const makeKey = (id: string) => ({ id, bytes: randomBytes(32) })
const [k1, k2] = [makeKey('k1'), makeKey('k2')]
const ring = new KeyRing([k2, k1])

describe('a sealed document', () => {
  it('is opened by any ring with its key', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.string(), (document, owner, part) => {
        const sealed = new KeyRing([k1]).seal(document, owner, part)
        expect(new Uint8Array(ring.open(sealed, owner, part))).toEqual(document)
      }),
    )
  })

  it('begins with the id of the key, and is never the same twice', () => {
    const [one, other] = [ring.seal(Buffer.from('text'), 'a', 'b'), ring.seal(Buffer.from('text'), 'a', 'b')]

    expect(one.subarray(0, 3).toString('latin1')).toBe('\x02k2')
    expect(one.equals(other)).toBe(false)
  })

  it('is refused with any other byte, owner or part', () => {
    const sealed = ring.seal(Buffer.from('text'), 'owner', 'payload')

    for (const at of sealed.keys()) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => ring.open(changed, 'owner', 'payload'), `byte ${at}`).toThrow()
    }
    for (const length of sealed.keys())
      expect(() => ring.open(sealed.subarray(0, length), 'owner', 'payload')).toThrow()
    expect(() => ring.open(sealed, 'other', 'payload')).toThrow(
      expect.objectContaining({ code: 'store_unreadable' }),
    )
    expect(() => ring.open(sealed, 'owner', 'node')).toThrow(
      expect.objectContaining({ code: 'store_unreadable' }),
    )
  })

  it('of an unknown key is refused by its id', () => {
    const sealed = ring.seal(Buffer.from('text'), 'owner', 'payload')
    const expected = { code: 'store_key_missing', message: expect.stringContaining('"k2"') }

    expect(() => new KeyRing([k1]).open(sealed, 'owner', 'payload')).toThrow(
      expect.objectContaining(expected),
    )
  })
})

describe('STORE_KEYS', () => {
  it('are read as they are written, in their order', () => {
    expect(parseStoreKeys(`${formatStoreKey(k2)}, ${formatStoreKey(k1)}`)).toEqual([k2, k1])
  })

  it.each([
    ['', 'number 1 is not'],
    ['k1', 'number 1 is not'],
    [`${formatStoreKey(k1)},k2:c2hvcnQ=`, 'number 2 is not'],
    [`k 1:${k1.bytes.toString('base64')}`, 'number 1 is not'],
    [`${formatStoreKey(k1)},`, 'number 2 is not'],
    [`k1:${randomBytes(31).toString('base64')}`, 'number 1 is not'],
    [`file:${k1.bytes.toString('base64')}`, 'must not use the id "file"'],
    [`${formatStoreKey(k1)},k1:${k2.bytes.toString('base64')}`, 'has the id "k1" twice'],
  ])('are refused: %s', (value, problem) => {
    const parsed = parseStoreKeys(value)

    expect(parsed).toContain(problem)
    expect(parsed).not.toContain(k1.bytes.toString('base64'))
  })
})
