import type { EgressClient } from '../egress/egress-client.ts'
import { listByteSpellings } from '../webhook/masking/byte-spellings.ts'
import { withAwsHeaders } from '../webhook/request/aws-keys.ts'
import type { AwsKeys } from '../webhook/request/credential.ts'
import type { ShownParts } from '../webhook/shown-parts.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import { hashContent, signForAws, writeAwsDate } from './aws-signature.ts'
import { signEach } from './sign-egress.ts'

/** Signs the attempts of one execution for AWS. */
export class AwsSigner {
  readonly #keys: AwsKeys
  readonly #computed: Set<string>
  #lastDate: string | null = null

  /** `computed` gets all signatures that are sent, in every spelling. */
  constructor(keys: AwsKeys, computed = new Set<string>()) {
    this.#keys = keys
    this.#computed = computed
  }

  /** A client that gives every attempt a date and a signature of its own, over everything that others have written. */
  around(egressClient: Pick<EgressClient, 'call'>): Pick<EgressClient, 'call'> {
    return signEach(egressClient, (request) => this.#sign(request))
  }

  /** The request as the last attempt sent it; as one that would be sent now if none was. */
  show(parts: ShownParts): ShownParts {
    const date = this.#lastDate ?? writeAwsDate(new Date())
    return {
      ...parts,
      headers: parts.headers.map(([name, value]) => [name, name === 'X-Amz-Date' ? date : value]),
    }
  }

  #sign(request: OutboundRequest): OutboundRequest {
    const date = writeAwsDate(new Date())
    this.#lastDate = date
    const written = { date, contentHash: hashContent(request.body) }
    const dated = withAwsHeaders(request, { ...written, authorization: null })
    const { authorization, signature } = signForAws(dated, this.#keys, date)
    for (const spelling of listByteSpellings(Buffer.from(signature, 'hex'))) this.#computed.add(spelling)
    return withAwsHeaders(request, { ...written, authorization })
  }
}
