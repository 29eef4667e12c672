import { hash, timingSafeEqual } from 'node:crypto'
import type { Client } from './client.ts'

/** The hash of a key that the service keeps: SHA-256 in hexadecimal, as printed by `sha256sum`. */
export function hashKey(key: string): string {
  return hash('sha256', key)
}

/** A key, or the hash of a key. */
interface KnownBytes {
  readonly client: Client
  readonly bytes: Buffer
}

/**
 * Finds the client of a key, or null. The hash of the key is compared with every known hash, each in constant time,
 * so the time reveals nothing about them. A key that was right is from then on compared directly, because hashing
 * costs more than all other work for a key.
 */
export function clientFinder(clients: readonly Client[]): (key: string) => Client | null {
  const hashes = clients.flatMap((client) =>
    client.keyHashes.map((keyHash) => ({ client, bytes: Buffer.from(keyHash, 'hex') })),
  )
  const right: KnownBytes[] = []
  return (key) => {
    const given = Buffer.from(key)
    const known = findEqual(right, given)
    if (known !== null) return known.client
    const found = findEqual(hashes, hash('sha256', key, 'buffer'))
    if (found === null) return null
    right.push({ client: found.client, bytes: given })
    return found.client
  }
}

/** Compares all keys, also after a match. The length of a key is not secret. */
function findEqual(keys: readonly KnownBytes[], given: Buffer): KnownBytes | null {
  let found: KnownBytes | null = null
  for (const key of keys)
    if (key.bytes.length === given.length && timingSafeEqual(key.bytes, given)) found ??= key
  return found
}
