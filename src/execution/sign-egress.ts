import { createHmac } from 'node:crypto'
import type { Sign } from '../egress/attempt.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import { listByteSpellings } from '../webhook/masking/byte-spellings.ts'
import type { RenderedSigning } from '../webhook/request/signing.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import type { HeaderPair } from '../webhook/wire/outcome.ts'

/** Signs the attempts of one execution. */
export class RequestSigner {
  readonly #signing: RenderedSigning
  readonly #computed: Set<string>
  #lastSeconds: number | null = null

  /** `computed` gets all signatures that are sent, in every spelling. */
  constructor(signing: RenderedSigning, computed = new Set<string>()) {
    this.#signing = signing
    this.#computed = computed
  }

  /** A client that gives every attempt a timestamp and a signature of its own. */
  around(egressClient: Pick<EgressClient, 'call'>): Pick<EgressClient, 'call'> {
    return signEach(egressClient, (request) => this.#sign(request))
  }

  /**
   * The headers of the last attempt as they may be shown. If none was sent, those of one that would be sent now. `shown`: its
   * method and target as they may be shown, if they are not those of the node.
   */
  showHeaders(shown?: Pick<OutboundRequest, 'method' | 'target'>): readonly HeaderPair[] {
    return this.#signing.showHeaders(this.#lastSeconds ?? currentSeconds(), shown)
  }

  #sign(request: OutboundRequest): OutboundRequest {
    const seconds = currentSeconds()
    const content = this.#signing.listContent(request, seconds)
    const signatures = this.#signing.keys.map((key) => {
      const hmac = createHmac(this.#signing.algorithm, key)
      for (const piece of content) hmac.update(piece)
      return hmac.digest()
    })
    this.#lastSeconds = seconds
    for (const signature of signatures)
      for (const spelling of listByteSpellings(signature)) this.#computed.add(spelling)
    return {
      ...request,
      headers: [...request.headers, ...this.#signing.writeHeaders(request, seconds, signatures)],
    }
  }
}

/** A client whose every attempt is signed, over what others that sign have written. */
export function signEach(egressClient: Pick<EgressClient, 'call'>, sign: Sign): Pick<EgressClient, 'call'> {
  return {
    call(request, options) {
      const { sign: first } = options
      const both: Sign = first === undefined ? sign : (unsigned) => sign(first(unsigned))
      return egressClient.call(request, { ...options, sign: both })
    },
  }
}

function currentSeconds(): number {
  return Math.floor(Date.now() / 1_000)
}
