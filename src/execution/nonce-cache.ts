import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { DigestCredentials } from '../webhook/request/digest.ts'
import type { DigestChallenge } from '../webhook/wire/digest-challenge.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'

/** A nonce that the service answers with. */
export interface KeptNonce {
  readonly challenge: DigestChallenge
  readonly cnonce: string
  /** The nonce of the first answer in a session. */
  readonly firstNonce: string
  /** When the target gave it, by the clock of the cache. */
  readonly givenAt: number
  /** How many requests have had it. Each adds itself right before it is sent. */
  count: number
  /** Whether the target has accepted an answer with it, or with the one before it. */
  wasAccepted: boolean
}

/** A challenge has up to 16 KB. */
const bounds = { max: 1_000, maxSize: 4_194_304 } as const

/**
 * The nonces of all calls: one for a tenant, a host and its port, a realm and a credential. It keeps no password: keys are
 * hashes with a key of this process.
 */
export class NonceCache {
  readonly now: () => number
  readonly #secret = randomBytes(32)
  readonly #nonces = new LRUCache<string, KeptNonce>({
    ...bounds,
    sizeCalculation: ({ challenge: { realm, nonce, opaque } }, key) =>
      realm.length + nonce.length + (opaque?.length ?? 0) + key.length + 100,
  })
  /** The keys of the nonces by path, and that of the last one. */
  readonly #spaces = new LRUCache<string, string>({ max: 10_000 })

  /** `now`: a monotonic clock in milliseconds. */
  constructor(now = () => performance.now()) {
    this.now = now
  }

  /** What a tenant may know of a target with a credential. */
  viewFor({ username, password }: DigestCredentials, tenant: string | null): NonceView {
    return new NonceView(this, (place, rest) =>
      this.#hash([tenant, place.host, place.port, username, password, ...rest]),
    )
  }

  find(space: string, path: string): KeptNonce | null {
    const key = this.#spaces.get(path) ?? this.#spaces.get(space)
    return key === undefined ? null : (this.#nonces.get(key) ?? null)
  }

  keep(space: string, path: string, key: string, nonce: KeptNonce): void {
    this.#spaces.set(space, key)
    this.#spaces.set(path, key)
    this.#nonces.set(key, nonce)
  }

  #hash(parts: readonly unknown[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('base64')
  }
}

type Hash = (place: Pick<OutboundRequest, 'host' | 'port'>, rest: readonly unknown[]) => string

/** The nonces of one credential. */
export class NonceView {
  readonly #cache: NonceCache
  readonly #hash: Hash

  constructor(cache: NonceCache, hash: Hash) {
    this.#cache = cache
    this.#hash = hash
  }

  /** The nonce of the realm that the path belongs to. Of an unknown path: of the last realm of the host. */
  find(request: OutboundRequest): KeptNonce | null {
    return this.#cache.find(this.#hash(request, []), this.#hash(request, ['path', pathOf(request)]))
  }

  /** Keeps the nonce of a challenge in place of the one before. */
  keep(request: OutboundRequest, challenge: DigestChallenge): KeptNonce {
    const { nonce } = challenge
    return this.#put(request, {
      challenge,
      cnonce: randomBytes(16).toString('hex'),
      firstNonce: nonce,
      givenAt: this.#cache.now(),
      count: 0,
      wasAccepted: false,
    })
  }

  /** Keeps the nonce that a response names for the next request. A session goes on. */
  follow(request: OutboundRequest, before: KeptNonce, nonce: string): void {
    const givenAt = this.#cache.now()
    this.#put(request, { ...before, challenge: { ...before.challenge, nonce }, givenAt, count: 0 })
  }

  ageMs({ givenAt }: KeptNonce): number {
    return this.#cache.now() - givenAt
  }

  #put(request: OutboundRequest, nonce: KeptNonce): KeptNonce {
    const key = this.#hash(request, ['realm', nonce.challenge.realm])
    this.#cache.keep(this.#hash(request, []), this.#hash(request, ['path', pathOf(request)]), key, nonce)
    return nonce
  }
}

function pathOf({ target }: OutboundRequest): string {
  return target.split('?', 1)[0] ?? target
}
