import { LRUCache } from 'lru-cache'
import { createMasker, type Masker, maskNothing, remembering } from '../webhook/masking/mask.ts'
import { createQuotationMasker } from '../webhook/masking/quotation.ts'
import type { ValuesToMask } from '../webhook/request/render-session.ts'
import { ReadableResponse, type ResponseMaskers } from '../webhook/response/readable-response.ts'
import { secretHeaders } from '../webhook/wire/headers.ts'
import type { TargetResponse } from '../webhook/wire/outcome.ts'

/** Caches maskers by their values: an engine sends the same credentials with every call of a node. */
export class MaskerCache {
  readonly #maskers = new LRUCache<string, Masker>({
    max: 64,
    maxSize: 131_072,
    sizeCalculation: (_masker, key) => key.length + 1,
  })

  /** For stored secrets, too. */
  maskerFor(values: readonly string[]): Masker {
    return this.#find(values, '', createMasker)
  }

  /** For values that the client knows: here the time of a search may tell that a text came before. */
  maskerForClient(values: readonly string[]): Masker {
    return this.#find(values, '\0', (own) => remembering(createMasker(own)))
  }

  #find(values: readonly string[], kind: string, create: (values: readonly string[]) => Masker): Masker {
    if (values.length === 0) return maskNothing
    // NUL separates values, because no secret may contain it.
    const key = kind + values.join('\0')
    const known = this.#maskers.get(key)
    if (known !== undefined) return known
    const masker = create(values)
    this.#maskers.set(key, masker)
    return masker
  }
}

/** The maskers of one execution. */
export class ExecutionMaskers {
  /**
   * For texts that the client sent: it looks for the client's own values only. Stored secrets are masked by position
   * instead, so that a client cannot test a guess with a text of its own.
   */
  readonly own: Masker
  readonly #cache: MaskerCache
  #values: ValuesToMask
  readonly #computed: ReadonlySet<string>

  /** `computed`: signatures and the like, which grow with each attempt. They are masked in responses only, and not kept in the cache. */
  constructor(cache: MaskerCache, values: ValuesToMask, computed = none) {
    this.#cache = cache
    this.#values = values
    this.#computed = computed
    this.own = cache.maskerForClient([...values.client])
  }

  /** From now on masks a value that the client does not know, such as a token, in what a target sends. */
  hide(value: string): void {
    this.#values = { ...this.#values, stored: new Set([...this.#values.stored, value]) }
  }

  /** For texts that a target sent. */
  forResponse({ headers }: Pick<TargetResponse, 'headers'>): ResponseMaskers {
    const stored = [...this.#values.stored]
    const secrets = secretsIn(headers)
    const known = this.#sent
    return {
      own: this.own,
      stored: stored.length === 0 ? null : this.#cache.maskerFor(stored),
      display: secrets.size === 0 ? known : both(known, createMasker(secrets)),
      quotation: this.#createQuotationMasker(secrets),
      showsBody: secrets.size <= maxResponseSecrets,
      tail: tailFor(stored),
    }
  }

  /** A response, with what is masked of it. `isShown`: whether the reply may quote it. */
  read(response: TargetResponse, isShown: boolean): ReadableResponse {
    return new ReadableResponse(response, this.forResponse(response), { isShown })
  }

  /** Whether a text carries what is masked of the requests so far, in any spelling. */
  finds(text: string): boolean {
    return this.#sent(text) !== text
  }

  /** Nothing is prepared before something is quoted. */
  #createQuotationMasker(ofResponse: ReadonlySet<string>): Masker {
    const { stored, carriers, client } = this.#values
    if (stored.size + carriers.size + client.size + ofResponse.size === 0) return maskNothing
    let masker: Masker | null = null
    return (text) => {
      masker ??= this.#createQuotation(ofResponse)
      return masker(text)
    }
  }

  /** No part of a stored secret is looked for: the reply would confirm a guess of it. */
  #createQuotation(ofResponse: ReadonlySet<string>): Masker {
    const { stored, carriers, client, around } = this.#values
    const known = createQuotationMasker([...stored, ...carriers], { parts: false })
    const whole = createQuotationMasker([...around], { parts: false })
    const own = [
      ...Array.from(client.difference(around)).flatMap(withoutArmour),
      ...Array.from(ofResponse, withoutAttributes),
    ]
    return both(known, both(createQuotationMasker(own, { parts: true }), whole))
  }

  get #sent(): Masker {
    return this.#computed.size === 0 ? this.#known : both(this.#known, createMasker(this.#computed))
  }

  /**
   * Masks stored secrets before the client's values. In one pass the mask of a guess that overlaps a stored secret
   * would merge with the mask of the secret, and so show that the guess is right.
   */
  get #known(): Masker {
    const { stored, carriers } = this.#values
    if (stored.size === 0 && carriers.size === 0) return this.own
    return both(this.#cache.maskerFor([...stored, ...carriers]), this.own)
  }
}

/** The lines of a PEM that are its own: the words of the lines around them, such as CERTIFICATE, stand in any sentence (RFC 7468). */
function withoutArmour(value: string): readonly string[] {
  if (!value.includes('-----BEGIN')) return [value]
  return value.split(/\\n|\r?\n/).filter((line) => line !== '' && !line.startsWith('-----'))
}

/** The body of a response with more secrets is not shown: masking it would be expensive. */
const maxResponseSecrets = 64

function secretsIn(headers: TargetResponse['headers']): ReadonlySet<string> {
  const found = headers.filter(([name]) => secretHeaders.has(name.toLowerCase()))
  return found.length === 0 ? none : new Set(found.map(([, value]) => value))
}

/** `Set-Cookie` has attributes behind its value (RFC 6265, section 4.1). */
function withoutAttributes(value: string): string {
  return value.split(';', 1)[0] ?? ''
}

const none: ReadonlySet<string> = new Set()

function both(one: Masker, other: Masker): Masker {
  return (text, options) => other(one(text, options), options)
}

/** Longer than any spelling of these secrets. It has one of two lengths, so it does not reveal theirs. */
function tailFor(stored: readonly string[]): number {
  if (stored.length === 0) return 0
  return stored.every((value) => Buffer.byteLength(value) <= 128) ? 1_024 : 65_536
}
