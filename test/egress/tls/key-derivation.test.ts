import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDerivationWork } from '../../../src/egress/tls/key-derivation.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const encrypted = privateKey.export({
  type: 'pkcs8',
  format: 'der',
  cipher: 'aes-256-cbc',
  passphrase: 'open sesame',
})

/** An element of DER. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const whole = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, whole.length]), whole])
}

const algorithm = element(0x06, Buffer.from('2a864886f70d010503', 'hex'))

/** An encrypted key of PBES1, whose iterations are an INTEGER with these bytes. */
function withCount(count: Uint8Array): Buffer {
  const salted = element(0x30, element(0x04, Buffer.from('saltsalt')), element(0x02, count))
  return element(0x30, element(0x30, algorithm, salted), element(0x04, Buffer.from([1])))
}

describe('the work of a passphrase', () => {
  it('is read from what OpenSSL writes', () => {
    expect(readDerivationWork(encrypted)).toEqual({ kind: 'iterations', count: 2_048 })
    expect(() =>
      createPrivateKey({ key: encrypted, format: 'der', type: 'pkcs8', passphrase: 'open sesame' }),
    ).not.toThrow()
  })

  it.each([
    ['of one byte', [7], 7],
    ['with a zero before it', [0, 0xff, 0xff], 65_535],
    ['of seven bytes', [1, 0, 0, 0, 0, 0, 0], Number.POSITIVE_INFINITY],
  ])('is a number %s', (_what, bytes, count) => {
    expect(readDerivationWork(withCount(Buffer.from(bytes)))).toEqual({ kind: 'iterations', count })
  })

  it('is not known of a number without bytes', () => {
    expect(readDerivationWork(withCount(Buffer.alloc(0)))).toBeNull()
  })

  it('is read or not known, whatever comes', () => {
    const changed = fc
      .tuple(fc.nat(encrypted.length - 1), fc.nat(255), fc.nat(encrypted.length))
      .map(([at, byte, length]) => {
        const copy = Buffer.from(encrypted)
        copy[at] = byte
        return copy.subarray(0, length)
      })
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array().map(Buffer.from)), (der) => {
        const work = readDerivationWork(Buffer.from(der))
        expect(work === null || work.count >= 0).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })
})
