import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Failure } from '../contract/failure.ts'
import type { TokenGrant } from '../webhook/request/token-grant.ts'
import { headerValue } from '../webhook/wire/headers.ts'
import type { TargetResponse } from '../webhook/wire/outcome.ts'

/** What became of a request for a token. */
export type Fetched =
  | { readonly kind: 'token'; readonly token: string }
  /** `response`: what the token endpoint answered, to be quoted. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly response: TargetResponse | null }
  /** The call that asked ended by its own clock or client. That says nothing to others. */
  | { readonly kind: 'abandoned' }

/** A token as the token endpoint gave it. */
export interface GivenToken {
  readonly token: string
  /** Null if it is not known. */
  readonly lifetimeMs: number | null
  /** When it was asked for, by the clock of the cache. */
  readonly askedAt: number
}

interface KeptToken {
  readonly token: string
  readonly renewAt: number
}

/** The part of its lifetime after which a token is renewed. */
const renewedAfter = 0.8

/** A token has up to 8 KB. */
const bounds = { max: 1_000, maxSize: 4_194_304 } as const

/** The tokens of all calls. It keeps no client secret: keys are hashes with a key of this process. */
export class TokenCache {
  readonly now: () => number
  readonly #secret = randomBytes(32)
  readonly #tokens = new LRUCache<string, KeptToken>({
    ...bounds,
    sizeCalculation: ({ token }, key) => token.length + key.length,
  })
  readonly #fetches = new Map<string, Promise<Fetched>>()

  /** `now`: a monotonic clock in milliseconds. */
  constructor(now = () => performance.now()) {
    this.now = now
  }

  /** Equal for calls of a tenant that ask the same endpoint for the same, as the same client with the same secret. */
  keyFor({ request }: TokenGrant, tenant: string | null): string {
    const { host, port, target, headers, body } = request
    const credentials = headerValue(headers, 'authorization') ?? null
    const asked = JSON.stringify([tenant, host, port, target, credentials, String(body)])
    return createHmac('sha256', this.#secret).update(asked).digest('base64')
  }

  /** The token that is kept under a key, unless it is time to renew it. */
  find(key: string): string | null {
    const kept = this.#tokens.get(key)
    return kept === undefined || this.now() >= kept.renewAt ? null : kept.token
  }

  /** Keeps a token for a part of its lifetime. */
  keep(key: string, { token, lifetimeMs, askedAt }: GivenToken): void {
    if (lifetimeMs === null) this.#tokens.delete(key)
    else this.#tokens.set(key, { token, renewAt: askedAt + lifetimeMs * renewedAfter })
  }

  /** Throws a token away. A newer one stays. */
  discard(key: string, token: string): void {
    if (this.#tokens.peek(key)?.token === token) this.#tokens.delete(key)
  }

  /** The request that is under way for a token. */
  pending(key: string): Promise<Fetched> | undefined {
    return this.#fetches.get(key)
  }

  /** Announces a request for a token, so that others wait for it. The result ends the wait. */
  begin(key: string): (fetched: Fetched) => void {
    const { promise, resolve } = Promise.withResolvers<Fetched>()
    this.#fetches.set(key, promise)
    return (fetched) => {
      this.#fetches.delete(key)
      resolve(fetched)
    }
  }
}
