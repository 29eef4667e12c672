import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { DigestCredentials } from '../webhook/request/credential.ts'
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
  readonly uses: NonceUses
  readonly account: DigestAccount
}

/** Shared by all calls that the target gave the same nonce, since it may give one to everybody. */
export interface NonceUses {
  /** How many requests have had the nonce. Each adds itself right before it is sent. */
  count: number
}

/** What is known of a credential in a realm. */
export interface DigestAccount {
  /** What the target said of the last answer that told. */
  state: 'unknown' | 'accepted' | 'refused'
}

/** A challenge has up to 16 KB. */
const bounds = { max: 1_000, maxSize: 4_194_304 } as const

/**
 * The nonces of all calls: one for a tenant, a host and its port, a realm and a credential. A nonce that the target gives to several
 * calls, also of several tenants, is counted once for all of them. It keeps no password: keys are
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

  /** By host, port, realm and nonce. */
  readonly #uses = new LRUCache<string, NonceUses>({ max: 10_000 })
  /** The ends of the requests for a challenge that are under way. */
  readonly #questions = new Map<string, Promise<void>>()
  /** Where the last request without a credential was not asked for one. */
  readonly #open = new LRUCache<string, true>({ max: 10_000 })

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

  findUses({ host, port }: Place, { realm, nonce }: DigestChallenge): NonceUses {
    const key = this.#hash(['uses', host, port, realm, nonce])
    const known = this.#uses.get(key)
    if (known !== undefined) return known
    const uses = { count: 0 }
    this.#uses.set(key, uses)
    return uses
  }

  findAccount(key: string): DigestAccount {
    return this.#nonces.peek(key)?.account ?? { state: 'unknown' }
  }

  pending(space: string): Promise<void> | undefined {
    return this.#open.has(space) ? undefined : this.#questions.get(space)
  }

  begin(space: string): (isAsked: boolean | null) => void {
    if (this.#questions.has(space)) return (isAsked) => this.#note(space, isAsked)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#questions.set(space, promise)
    return (isAsked) => {
      this.#questions.delete(space)
      this.#note(space, isAsked)
      resolve()
    }
  }

  #note(space: string, isAsked: boolean | null): void {
    if (isAsked === false) this.#open.set(space, true)
    else if (isAsked) this.#open.delete(space)
  }

  #hash(parts: readonly unknown[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('base64')
  }
}

type Place = Pick<OutboundRequest, 'host' | 'port'>

type Hash = (place: Place, rest: readonly unknown[]) => string

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
    return this.#cache.find(this.#hash(request, []), this.#hash(request, ['path', readPath(request)]))
  }

  /** Keeps the nonce of a challenge in place of the one before. */
  keep(request: OutboundRequest, challenge: DigestChallenge): KeptNonce {
    const { nonce } = challenge
    return this.#put(request, {
      challenge,
      cnonce: randomBytes(16).toString('hex'),
      firstNonce: nonce,
      givenAt: this.#cache.now(),
      uses: this.#cache.findUses(request, challenge),
      account: this.#cache.findAccount(this.#makeKey(request, challenge)),
    })
  }

  /** Keeps the nonce that a response names for the next request. A session goes on. */
  follow(request: OutboundRequest, before: KeptNonce, nonce: string): void {
    const givenAt = this.#cache.now()
    const challenge = { ...before.challenge, nonce }
    this.#put(request, { ...before, challenge, givenAt, uses: this.#cache.findUses(request, challenge) })
  }

  /** The end of a request for a challenge of the same host that is under way, unless calls there are not asked for one. */
  pending(request: OutboundRequest): Promise<void> | undefined {
    return this.#cache.pending(this.#hash(request, []))
  }

  /** Announces a request for a challenge, so that others wait for it. The result ends the wait. Null: there was no answer. */
  begin(request: OutboundRequest): (isAsked: boolean | null) => void {
    return this.#cache.begin(this.#hash(request, []))
  }

  ageMs({ givenAt }: KeptNonce): number {
    return this.#cache.now() - givenAt
  }

  #put(request: OutboundRequest, nonce: KeptNonce): KeptNonce {
    const key = this.#makeKey(request, nonce.challenge)
    this.#cache.keep(this.#hash(request, []), this.#hash(request, ['path', readPath(request)]), key, nonce)
    return nonce
  }

  #makeKey(request: OutboundRequest, { realm }: DigestChallenge): string {
    return this.#hash(request, ['realm', realm])
  }
}

function readPath({ target }: OutboundRequest): string {
  return target.split('?', 1)[0] ?? target
}
