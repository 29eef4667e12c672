import { listChallenges } from './challenges.ts'
import type { HeaderPair } from './outcome.ts'

/** A challenge of the scheme Digest that the service can answer (RFC 7616, section 3.3). Texts are Latin-1, as on the wire. */
export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  readonly hash: 'md5' | 'sha256'
  /** Whether the algorithm is one with `-sess`. */
  readonly isSession: boolean
  /** `algorithm` as the target writes it; null if it names none. */
  readonly algorithm: string | null
  /** Whether the target knows `qop=auth`. Without it the answer has the form of RFC 2069. */
  readonly hasQop: boolean
  /** Whether the credential before was refused for its nonce only. */
  readonly isStale: boolean
  /** Whether the target reads the user name as UTF-8. */
  readonly isUtf8: boolean
}

/** What a response with status 401 says of Digest. */
export type ReadDigest =
  | { readonly kind: 'challenge'; readonly challenge: DigestChallenge }
  /** `problem` follows "the challenge". */
  | { readonly kind: 'unusable'; readonly problem: string; readonly isTooLong?: true }
  /** The target does not ask for Digest. */
  | { readonly kind: 'none' }

/** The challenge with the strongest algorithm, and of several with it the first. */
export function readDigestChallenge(headers: readonly HeaderPair[]): ReadDigest {
  const read = listChallenges(headers)
    .filter(({ scheme }) => scheme === 'digest')
    .map(({ parameters }) => readChallenge(parameters))
  const usable = read.filter((one) => one.kind === 'challenge')
  return usable.find(({ challenge }) => challenge.hash === 'sha256') ?? usable[0] ?? read[0] ?? none
}

const none: ReadDigest = { kind: 'none' }

function readChallenge(parameters: ReadonlyMap<string, string>): ReadDigest {
  const realm = parameters.get('realm')
  const nonce = parameters.get('nonce')
  const opaque = parameters.get('opaque') ?? null
  const algorithm = parameters.get('algorithm') ?? null
  const [, name = '', session] = /^(md5|sha-256)(-sess)?$/i.exec(algorithm ?? 'MD5') ?? []
  const hash = hashes[name.toLowerCase()]
  const qop = readList(parameters.get('qop'))
  if (nonce === undefined || nonce === '') return unusable('has no nonce')
  if (realm === undefined) return unusable('has no realm')
  if (hash === undefined) return unusable('has another algorithm than MD5 and SHA-256')
  if (qop.length > 0 && !qop.includes('auth')) return unusable('does not offer the qop "auth"')
  if ([realm, nonce, opaque ?? ''].some((text) => forbidden.test(text)))
    return unusable('has a control character')
  return {
    kind: 'challenge',
    challenge: {
      realm,
      nonce,
      opaque,
      hash,
      isSession: session !== undefined,
      algorithm,
      hasQop: qop.length > 0,
      isStale: parameters.get('stale')?.toLowerCase() === 'true',
      isUtf8: parameters.get('charset')?.toLowerCase() === 'utf-8',
    },
  }
}

const hashes: Readonly<Record<string, DigestChallenge['hash']>> = { md5: 'md5', 'sha-256': 'sha256' }

const forbidden = /[^\t\x20-\x7e\x80-\xff]/

function unusable(problem: string): ReadDigest {
  return { kind: 'unusable', problem }
}

function readList(text = ''): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
}
