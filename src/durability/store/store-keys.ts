/** A key that encrypts what is stored. */
export interface StoreKey {
  /** Stands in clear before everything that the key encrypts. */
  readonly id: string
  /** 32 bytes. */
  readonly bytes: Uint8Array
}

/** The id of the key that the service makes itself. */
export const ownKeyId = 'file'

/** Reads `k2:<base64 of 32 bytes>,k1:<…>`: the keys, or the end of a sentence that begins with "STORE_KEYS". It quotes no key. */
export function parseStoreKeys(text: string): readonly StoreKey[] | string {
  const keys: StoreKey[] = []
  for (const [index, entry] of text.split(',').entries()) {
    const [, id, base64] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)\s*$/.exec(entry) ?? []
    if (id === undefined || base64 === undefined)
      return `must be "id:key" pairs with commas between them, each key 32 bytes in base64: number ${index + 1} is not`
    if (id === ownKeyId) return `must not use the id "${ownKeyId}", which the service gives its own key`
    if (keys.some((key) => key.id === id)) return `has the id "${id}" twice`
    keys.push({ id, bytes: Buffer.from(base64, 'base64') })
  }
  return keys
}

/** The form that `parseStoreKeys` reads. */
export function formatStoreKey({ id, bytes }: StoreKey): string {
  return `${id}:${Buffer.from(bytes).toString('base64')}`
}
