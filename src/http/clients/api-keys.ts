import { hash, timingSafeEqual } from 'node:crypto'
import type { Client } from './client.ts'

/** What is kept of a key: its SHA-256 in hexadecimal digits, as `sha256sum` prints it. */
export function hashKey(key: string): string {
  return hash('sha256', key)
}

/** A key or the hash of one. */
interface KnownBytes {
  readonly client: Client
  readonly bytes: Buffer
}

/**
 * Finds the client that a key belongs to; null where there is none. Compares the hash of the key with every hash, each
 * time as a whole, so that the time it takes tells nothing of them. A key that was right is compared as it is from then
 * on, since hashing takes longer than all else that is done for a key.
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

/** Looks at all of them, whatever it finds. Lengths are no secret. */
function findEqual(keys: readonly KnownBytes[], given: Buffer): KnownBytes | null {
  let found: KnownBytes | null = null
  for (const key of keys)
    if (key.bytes.length === given.length && timingSafeEqual(key.bytes, given)) found ??= key
  return found
}
