import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { StoreError } from './store-error.ts'
import type { StoreKey } from './store-keys.ts'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * Encrypts what is stored with the first of its keys, and reads what any of them encrypted: AES-256-GCM (NIST SP 800-38D). What
 * is sealed is one byte with the length of the key's id, the id, 12 bytes of IV, the ciphertext, 16 bytes of tag. The additional
 * data say whose it is and which part, so that nothing can be put in the place of another. IVs are random: one key may seal
 * 2^32 documents.
 */
export class KeyRing {
  readonly #first: StoreKey
  readonly #keys: ReadonlyMap<string, StoreKey>
  readonly #prefix: Buffer

  constructor(keys: readonly StoreKey[]) {
    const [first] = keys
    if (first === undefined) throw new TypeError('a key ring needs a key')
    this.#first = first
    this.#keys = new Map(keys.map((key) => [key.id, key]))
    this.#prefix = sealedPrefix(first.id)
  }

  /** The id of the key that writes. */
  get writes(): string {
    return this.#first.id
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()]
  }

  seal(document: Uint8Array, owner: string, part: string): Buffer {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv(algorithm, this.#first.bytes, iv).setAAD(aad(owner, part))
    const text = cipher.update(document)
    return Buffer.concat([this.#prefix, iv, text, cipher.final(), cipher.getAuthTag()])
  }

  /** Throws `store_key_missing` for a key that is not on the ring, `store_unreadable` for what was not sealed so. */
  open(sealed: Uint8Array, owner: string, part: string): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    const id = bytes.toString('latin1', 1, 1 + (bytes[0] ?? 0))
    const key = this.#keys.get(id)
    if (key === undefined) throw missingKey(id)
    const start = 1 + id.length + ivBytes
    const end = bytes.length - tagBytes
    if (end < start) throw unreadable(id)
    const decipher = createDecipheriv(algorithm, key.bytes, bytes.subarray(start - ivBytes, start), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(aad(owner, part)).setAuthTag(bytes.subarray(end))
    const text = decipher.update(bytes.subarray(start, end))
    try {
      decipher.final()
    } catch {
      throw unreadable(id)
    }
    return text
  }

  /** What a store keeps for the id of the key that writes, to tell another key of that id by. */
  prove(): Buffer {
    return this.seal(Buffer.from(this.writes), '', proofOf(this.writes))
  }

  /** Throws `store_key_wrong` if the key of this id is not the one that proved itself. */
  checkProof(id: string, proof: Uint8Array): void {
    try {
      this.open(proof, '', proofOf(id))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      throw new StoreError(
        'store_key_wrong',
        `The key "${id}" is not the key with which the store was written under that id.`,
      )
    }
  }
}

function proofOf(id: string): string {
  return `key ${id}`
}

/** How all begins that a key has sealed. */
export function sealedPrefix(keyId: string): Buffer {
  return Buffer.from(`${String.fromCharCode(keyId.length)}${keyId}`, 'latin1')
}

export function missingKey(id: string): StoreError {
  return new StoreError(
    'store_key_missing',
    `The store has documents that the key "${id}" encrypted, and STORE_KEYS does not have it. Add it behind the others.`,
    id,
  )
}

function unreadable(id: string): StoreError {
  return new StoreError('store_unreadable', `A document that the key "${id}" encrypted cannot be read.`)
}

function aad(owner: string, part: string): Buffer {
  return Buffer.from(`${owner}/${part}`)
}
