import type { ReadableResponse } from '../response/readable-response.ts'
import { headerValue } from '../wire/headers.ts'

/** The header in which a target takes its key. */
export interface KeyHeader {
  readonly name: string
  /** The target, where its words are known and do not name the header. */
  readonly api?: string
}

/** Words of targets that take a header of their own, and do not name it. */
const knownWords: readonly (readonly [pattern: RegExp, header: KeyHeader])[] = [
  [
    /^\[API\] Invalid API key or access token \(unrecognized login/,
    { name: 'X-Shopify-Access-Token', api: 'Shopify' },
  ],
  [/^unauthorized: Key not found$/, { name: 'api-key', api: 'Brevo' }],
  [/\bdevelopers\.pipedrive\.com\b/, { name: 'x-api-token', api: 'Pipedrive' }],
]

/** Finds the header in which a target that refuses a credential takes it, by its words or its challenge. Null if neither names one. */
export function findKeyHeader(words: string, response: ReadableResponse): KeyHeader | null {
  const challenge = (headerValue(response.headers, 'www-authenticate') ?? '').slice(0, maxText)
  // Azure API Management describes a key so.
  const [, ofChallenge] = /\bname="([A-Za-z][\w-]{2,60})", ?type="header"/.exec(challenge) ?? []
  const name = ofChallenge ?? findHeaderName(words) ?? ownHeader.exec(words.slice(0, maxText))?.[1]
  if (name !== undefined) return ofCalls.test(name) ? null : { name }
  return knownWords.find(([pattern]) => pattern.test(words.slice(0, maxText)))?.[1] ?? null
}

const maxText = 500
const ownHeader = /(?:^|[\s"'`(])(x(?:-[a-z\d]{1,40}){0,4}-(?:key|token|auth|secret))(?![\w-])/i

/** Headers that end in the words of a credential, or may stand beside one, and have none. */
const ofCalls = /^(?:authorization|idempotency-key|content-.*|user-agent|x-request-id|x-forwarded-.*|if-.*)$/i

/** The name of a header that a sentence is about: `X-Id header is required`, `missing header X-Id`, `x-id: header is required`. */
export function findHeaderName(words: string): string | null {
  const text = words.slice(0, maxText)
  const [, before] = /(?:^|[\s"'`])([A-Za-z]\w{0,40}(?:-\w{1,40}){1,6})["'`]?:? header\b/.exec(text) ?? []
  const [, behind] = /\bheaders?:? ["'`]?([A-Za-z]\w{0,40}(?:-\w{1,40}){1,6})/i.exec(text) ?? []
  const [, plain] =
    /\b(?:provide|missing|requires?|include|send|specify|add) (?:an? |the )?["'`]?([a-z]\w{2,40})["'`]? header\b/i.exec(
      text,
    ) ?? []
  const [, marked] = /["'`]([a-z][\w-]{2,40})["'`] (?:request )?header\b/i.exec(text) ?? []
  const [, revision] =
    /\b(revision|[a-z]{3,20}_[a-z_]{2,30}) header (?:is|was) (?:required|missing)\b/i.exec(text) ?? []
  const own = plain !== undefined && ofWords.test(plain) ? revision : (plain ?? revision)
  return before ?? behind ?? marked ?? own ?? null
}

/** Words before "header" that are no name. */
const ofWords =
  /^(?:the|this|that|your|request|http|auth|authorization|required|missing|valid|following|response|api|version|security|key|token|one|any)$/i
