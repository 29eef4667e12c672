import { createHmac } from 'node:crypto'

/**
 * HMAC-SHA-256 of what is compared and must not be shown: keys of executions and their content. The texts of a hash are told apart
 * by their lengths.
 */
export class ContentHash {
  readonly #key: Uint8Array

  /** `key` is used for nothing else. */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  of(purpose: 'key' | 'node' | 'payload', ...texts: readonly (string | Uint8Array | null)[]): Buffer {
    const hmac = createHmac('sha256', this.#key).update(purpose)
    for (const text of texts) {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      hmac.update(`/${bytes?.length ?? 'null'}:`)
      if (bytes !== null) hmac.update(bytes)
    }
    return hmac.digest()
  }
}
