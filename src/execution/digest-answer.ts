import { createHash } from 'node:crypto'
import type { DigestCredentials } from '../webhook/request/credential.ts'
import type { DigestChallenge } from '../webhook/wire/digest-challenge.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'

/** What an answer to a challenge depends on beside the request. */
export interface DigestState {
  readonly challenge: DigestChallenge
  /** How many requests have had this nonce, the present one included. */
  readonly count: number
  readonly cnonce: string
  /** The nonce of the first answer in a session: the key of a session depends on that one. */
  readonly firstNonce: string
}

/** An answer to a challenge. */
export interface DigestAnswer {
  /** The value of `Authorization`, in Latin-1. */
  readonly header: string
  /** `response`, in hexadecimal digits. */
  readonly response: string
}

/** Computes the answer to a challenge (RFC 7616, section 3.4). User name and password are UTF-8. */
export function answerChallenge(
  { username, password }: Pick<DigestCredentials, 'username' | 'password'>,
  { method, target }: Pick<OutboundRequest, 'method' | 'target'>,
  { challenge, count, cnonce, firstNonce }: DigestState,
): DigestAnswer {
  const { hash, realm, nonce, opaque, algorithm, hasQop, isSession, isUtf8 } = challenge
  const digest = (...parts: readonly (string | Buffer)[]) => {
    const state = createHash(hash)
    parts.forEach((part, index) => {
      if (index > 0) state.update(':')
      state.update(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    })
    return state.digest('hex')
  }
  const own = digest(Buffer.from(username), realm, Buffer.from(password))
  const secret = isSession ? digest(own, firstNonce, cnonce) : own
  const nc = count.toString(16).padStart(8, '0')
  const asked = digest(method, target)
  const response = hasQop ? digest(secret, nonce, nc, cnonce, 'auth', asked) : digest(secret, nonce, asked)
  const members = [
    writeUser(username, isUtf8),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(target)}`,
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    `response="${response}"`,
    ...(opaque === null ? [] : [`opaque=${quote(opaque)}`]),
    ...(hasQop ? ['qop=auth', `nc=${nc}`] : []),
    ...(hasQop || isSession ? [`cnonce="${cnonce}"`] : []),
  ]
  return { header: `Digest ${members.join(', ')}`, response }
}

/** A target that does not say that it reads UTF-8 compares bytes. */
function writeUser(username: string, isUtf8: boolean): string {
  if (!isUtf8 || /^[\x20-\x7e]*$/.test(username))
    return `username=${quote(Buffer.from(username).toString('latin1'))}`
  return `username*=UTF-8''${encodeURIComponent(username).replace(/['()*]/g, escapeCharacter)}`
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
