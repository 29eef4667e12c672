import { findErrorPage } from '../contract/error-page.ts'
import type { AttemptEntry, Reason, ShownRequest, ShownResponse } from '../contract/execution.ts'
import type { Warning } from '../contract/warning.ts'
import type { DecisionReason } from '../webhook/decide.ts'
import { type Masker, mask } from '../webhook/masking/mask.ts'
import { maskedHeaders, maskedHeaderTexts } from '../webhook/masking/masked-value.ts'
import { maskSentence } from '../webhook/masking/sentence.ts'
import { showBody } from '../webhook/request/show-body.ts'
import type { ReadableResponse } from '../webhook/response/readable-response.ts'
import type { ShownParts } from '../webhook/shown-parts.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'
import { type Attempt, type HeaderPair, readStatus } from '../webhook/wire/outcome.ts'
import { writeIsoTime } from './iso-time.ts'

/** How much the reply shows. */
export interface Detail {
  /** `brief` leaves out headers and bodies. */
  readonly diagnostics: 'full' | 'brief'
  /** Bytes of a body to show. */
  readonly maxEchoBytes: number
  /** Where the pages of codes are. Empty for paths instead of addresses. */
  readonly docsBaseUrl: string
}

/** Writes the diagnostics of a reply, with secrets masked. */
export class Diagnostics {
  /** For texts that the client sent. The rest of the request is masked by position. */
  readonly masked: Masker
  readonly #detail: Detail

  constructor(masked: Masker, detail: Detail) {
    this.masked = masked
    this.#detail = detail
  }

  request(request: Pick<OutboundRequest, 'method' | 'body'>, display: ShownParts): ShownRequest {
    const { method } = request
    const url = this.masked(display.url)
    const bodyBytes = display.hasSecretSize ? null : (request.body?.length ?? 0)
    if (this.#detail.diagnostics === 'brief') return { method, url, bodyBytes }
    const body = display.body === null ? null : this.#cut(showBody(display.body, this.masked))
    const headers = maskedHeaderTexts(display.headers, this.masked)
    return { method, url, headers, body, bodyBytes }
  }

  urlWithoutQuery(display: ShownParts): string {
    const [url = ''] = display.url.split('?', 1)
    return this.masked(url, { isCut: true })
  }

  response(response: ReadableResponse): ShownResponse {
    const { status, reason, hasStoredSecret } = response
    const length = response.body.length
    const bodyBytes = hasStoredSecret ? null : length
    if (this.#detail.diagnostics === 'brief') return { status, bodyBytes, truncated: length > 0 }
    const { text, isAll } = response.shownStart(this.#detail.maxEchoBytes)
    const body = this.#cut(text)
    return {
      status,
      reason: reason === null ? null : this.#cut(response.maskers.display(reason)),
      headers: shownHeaders(response),
      body,
      bodyEncoding: response.isText ? 'utf8' : 'base64',
      bodyBytes,
      truncated: !isAll || body.length < text.length,
    }
  }

  reason(reason: DecisionReason): Reason {
    const { code, failure, message, hint, blame, path, expected, actual } = reason
    const isMet = code === 'expectation_met'
    return {
      code,
      ...(failure === undefined ? {} : { failure }),
      message: maskSentence(message, this.masked),
      hint: hint === null ? null : maskSentence(hint, this.masked),
      blame,
      path,
      docs: isMet ? null : findErrorPage(code, this.#detail.docsBaseUrl),
      ...(expected === undefined ? {} : { expected: this.masked(expected) }),
      ...(actual === undefined ? {} : { actual: this.masked(actual) }),
    }
  }

  /** As many warnings as fit, since each may contain a long path. The last one counts the rest. */
  warnings(warnings: readonly Warning[]): Warning[] {
    const fitting = countFitting(warnings)
    const told = warnings
      .slice(0, fitting)
      .map(({ code, path, message }) => ({ code, path, message: maskSentence(message, this.masked) }))
    return fitting === warnings.length ? told : [...told, leftOut(warnings.length - fitting)]
  }

  /** Cuts a text to the limit in bytes, at the end of a character. */
  #cut(text: string): string {
    const { maxEchoBytes } = this.#detail
    if (text.length * 3 <= maxEchoBytes || Buffer.byteLength(text) <= maxEchoBytes) return text
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, maxEchoBytes), {
      stream: true,
    })
  }
}

const maxWarnings = 1_000
const maxWarningCharacters = 262_144

function countFitting(warnings: readonly Warning[]): number {
  let characters = 0
  for (const [index, { path, message }] of warnings.entries()) {
    characters += (path?.length ?? 0) + message.length
    if (index === maxWarnings || characters > maxWarningCharacters) return index
  }
  return warnings.length
}

function leftOut(count: number): Warning {
  const limit = `a reply has room for ${maxWarnings} warnings and ${maxWarningCharacters} characters of them`
  return { code: 'warnings_left_out', path: null, message: `${count} more left out: ${limit}.` }
}

/** If a body contains a stored secret, its size would reveal the length of the secret. */
function shownHeaders({ headers, maskers, hasStoredSecret }: ReadableResponse): HeaderPair[] {
  const display = maskedHeaders(headers, maskers.display)
  if (!hasStoredSecret) return display
  return display.map((header) => (header[0].toLowerCase() === 'content-length' ? [header[0], mask] : header))
}

/** The entry of an attempt in a reply. `index` counts all attempts of the execution, from 0. */
export function attemptEntry(attempt: Attempt, index: number): AttemptEntry {
  const { purpose, elsewhere, startedAt, durationMs, outcome, delivered, connectionReused, timings } = attempt
  const entry = {
    purpose,
    number: index + 1,
    startedAt: writeIsoTime(startedAt),
    durationMs,
    status: readStatus(outcome),
    failure: outcome.kind === 'failed' ? outcome.failure.code : null,
    delivered,
    connectionReused,
    timings,
  }
  return elsewhere === undefined ? entry : { ...entry, ...elsewhere }
}
