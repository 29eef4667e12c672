import { createHash, randomUUID } from 'node:crypto'
import { headersNamed } from '../scenarios/support/received-headers.ts'
import type { Answer, ReceivedRequest } from './receiver.ts'

/** A target that wants Digest: it computes on its own, and takes the `nc` of a nonce only if they grow. */
export interface DigestGuard {
  readonly answer: Answer
  /** What happened to each request: `asked`, `stale`, `wrong`, or the `nc` that was accepted. */
  readonly verdicts: readonly string[]
  /** `nonce` and `nc` of the accepted requests. */
  readonly accepted: readonly { readonly nonce: string; readonly nc: string }[]
  /** Makes all nonces stale. */
  expire(): void
  /** Forgets all nonces. A request with one of them is refused without `stale`. */
  forget(): void
}

interface GuardOptions {
  readonly algorithm?: 'MD5' | 'SHA-256' | 'MD5-sess' | 'SHA-256-sess' | null
  readonly qop?: string | null
  readonly realm?: string
  readonly username?: string
  readonly password?: string
  /** Gives one nonce to all. */
  readonly nonce?: string
  /** Names the next nonce with each response. */
  readonly isOneTime?: boolean
  /** Behind the challenge. */
  readonly rest?: string
}

export const digestUser = { username: 'adam', password: 'p4ssw0rd, "quoted"' } as const

export function digestGuard(inner: Answer, options: GuardOptions = {}): DigestGuard {
  const { algorithm = 'SHA-256', qop = 'auth', realm = 'leads', isOneTime = false, rest = '' } = options
  const { username = digestUser.username, password = digestUser.password, nonce: fixed } = options
  const counts = new Map<string, number>()
  const expired = new Set<string>()
  const verdicts: string[] = []
  const accepted: { nonce: string; nc: string }[] = []
  const hash = (...parts: string[]) =>
    createHash(algorithm?.startsWith('SHA') ? 'sha256' : 'md5')
      .update(parts.join(':'))
      .digest('hex')

  const newNonce = () => {
    const nonce = fixed ?? randomUUID()
    if (!counts.has(nonce)) counts.set(nonce, 0)
    return nonce
  }

  function judge(request: ReceivedRequest): { verdict: string; nonce?: string } {
    const members = readMembers(request)
    if (members === null) return { verdict: 'asked' }
    const { nonce = '', nc = '', cnonce = '', response, uri = '' } = members
    const own = hash(username, realm, password)
    const secret = algorithm?.endsWith('-sess') ? hash(own, nonce, cnonce) : own
    const asked = hash(request.method, uri)
    const right = qop === null ? hash(secret, nonce, asked) : hash(secret, nonce, nc, cnonce, 'auth', asked)
    if (uri !== request.target || members.realm !== realm || response !== right) return { verdict: 'wrong' }
    if (expired.has(nonce)) return { verdict: 'stale' }
    const count = counts.get(nonce)
    if (count === undefined) return { verdict: 'wrong' }
    if (qop !== null && Number.parseInt(nc, 16) <= count) return { verdict: `nc ${nc} after ${count}` }
    counts.set(nonce, Number.parseInt(nc || '0', 16))
    if (isOneTime) expired.add(nonce)
    accepted.push({ nonce, nc })
    return { verdict: nc || 'accepted', nonce }
  }

  return {
    verdicts,
    accepted,
    expire: () => {
      for (const nonce of counts.keys()) expired.add(nonce)
    },
    forget: () => counts.clear(),
    answer(request, response, incoming) {
      const { verdict, nonce } = judge(request)
      verdicts.push(verdict)
      if (nonce !== undefined) {
        if (isOneTime) response.setHeader('authentication-info', `qop=auth, nextnonce="${newNonce()}"`)
        inner(request, response, incoming)
        return
      }
      const members = [
        `realm="${realm}"`,
        `nonce="${newNonce()}"`,
        'opaque="o,p"',
        ...(qop === null ? [] : [`qop="${qop}"`]),
        ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
        ...(verdict === 'stale' ? ['stale=true'] : []),
      ]
      response
        .writeHead(401, { 'www-authenticate': `Digest ${members.join(', ')}${rest}` })
        .end('who are you?')
    },
  }
}

/** The members of `Authorization: Digest`; null without that header. */
function readMembers(request: ReceivedRequest): Readonly<Record<string, string>> | null {
  const [, value = ''] = headersNamed(request, 'Authorization')[0] ?? []
  if (!value.startsWith('Digest ')) return null
  const members = value.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)
  return Object.fromEntries(
    Array.from(members, ([, name, quoted, plain]) => [name, quoted?.replace(/\\(.)/g, '$1') ?? plain]),
  )
}
