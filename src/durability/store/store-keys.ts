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
      return `must be "id:key" pairs with commas between them, each key 32 bytes in base64: number ${index + 1} is not${adviseOnKey(entry)}. This prints a key: echo "k1:$(openssl rand -base64 32)"`
    if (id === ownKeyId) return `must not use the id "${ownKeyId}", which the service gives its own key`
    if (keys.some((key) => key.id === id)) return `has the id "${id}" twice`
    keys.push({ id, bytes: Buffer.from(base64, 'base64') })
  }
  return keys
}

/** What is wrong with an entry, without a part of it. */
function adviseOnKey(entry: string): string {
  const text = entry.trim()
  if (/^["'[{]/.test(text)) return ': write it without quotes and brackets'
  if (/^(?:[\w-]{1,32}:)?[\da-f]{64}$/i.test(text)) return ': it is hexadecimal'
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return ': it has no id'
  const [, base64] = /^[\w-]{1,32}:([A-Za-z0-9+/_-]+=*)$/.exec(text) ?? []
  if (base64 === undefined) return ''
  if (/[_-]/.test(base64)) return ': its base64 has + and /, not - and _'
  if (base64.length === 43) return ': the "=" at its end is missing'
  return `: it has ${Buffer.from(base64, 'base64').length} bytes`
}

/** The form that `parseStoreKeys` reads. */
export function formatStoreKey({ id, bytes }: StoreKey): string {
  return `${id}:${Buffer.from(bytes).toString('base64')}`
}
