import { hash, timingSafeEqual } from 'node:crypto'
import type { Client } from './client.ts'

/** What is kept of a key: its SHA-256 in hexadecimal digits, as `sha256sum` prints it. */
export function hashKey(key: string): string {
  return hash('sha256', key)
}

/**
 * Finds the client that a key belongs to; null where there is none. Compares the hash of the key with every hash, each
 * time as a whole, so that the time it takes tells nothing of them.
 */
export function clientFinder(clients: readonly Client[]): (key: string) => Client | null {
  const known = clients.flatMap((client) =>
    client.keyHashes.map((keyHash) => ({ client, bytes: Buffer.from(keyHash, 'hex') })),
  )
  return (key) => {
    const given = hash('sha256', key, 'buffer')
    let found: Client | null = null
    for (const { client, bytes } of known) if (timingSafeEqual(bytes, given)) found ??= client
    return found
  }
}
