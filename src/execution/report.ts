import type { DecisionReason } from '../webhook/branch.ts'
import { secretHeaders } from '../webhook/header.ts'
import { beginningsAtEnd, type Masker, maskedStart } from '../webhook/mask.ts'
import { maskedHeaders, maskedValue } from '../webhook/masked-value.ts'
import type { OutboundRequest } from '../webhook/outbound-request.ts'
import type { Attempt, TargetResponse } from '../webhook/outcome.ts'
import type { ShownParts } from '../webhook/request.ts'
import { type Excerpt, ReadableResponse } from '../webhook/response.ts'
import type { Warning } from '../webhook/warning.ts'
import type { AttemptEntry, Reason, ShownRequest, ShownResponse } from './contract.ts'

/** How much is told. */
export interface Detail {
  /** `brief` leaves out headers and bodies. */
  readonly diagnostics: 'full' | 'brief'
  /** Bytes of a body that are shown. */
  readonly maxEchoBytes: number
}

/** Writes what the caller is told, with everything masked that must not be seen. */
export class Reporter {
  readonly masked: Masker
  readonly #detail: Detail

  constructor(masked: Masker, detail: Detail) {
    this.masked = masked
    this.#detail = detail
  }

  request(request: OutboundRequest, shown: ShownParts): ShownRequest {
    const url = this.masked(shown.url)
    const bodyBytes = request.body?.length ?? 0
    if (this.#detail.diagnostics === 'brief') return { method: request.method, url, bodyBytes }
    const { maxEchoBytes } = this.#detail
    // Only what is shown is masked: what is beyond costs nothing.
    const body = shown.body === null ? null : this.#cut(maskedStart(shown.body, maxEchoBytes, this.masked))
    return {
      method: request.method,
      url,
      headers: maskedHeaders(shown.headers, this.masked),
      body,
      bodyBytes,
    }
  }

  urlWithoutQuery(shown: ShownParts): string {
    const [url = ''] = shown.url.split('?', 1)
    return this.masked(url, { isCut: true })
  }

  response(response: ReadableResponse): ShownResponse {
    const { status } = response
    const bodyBytes = response.body.length
    if (this.#detail.diagnostics === 'brief') return { status, bodyBytes, truncated: bodyBytes > 0 }
    const [{ text, isAll }, bodyEncoding] = response.isText
      ? ([response.shownStart(this.#detail.maxEchoBytes), 'utf8'] as const)
      : ([this.#base64Start(response.body), 'base64'] as const)
    const body = this.#cut(text)
    const headers = maskedHeaders(response.headers, this.masked)
    const truncated = !isAll || body.length < text.length
    return { status, headers, body, bodyEncoding, bodyBytes, truncated }
  }

  reason(reason: DecisionReason): Reason {
    const { code, message, hint, blame, path, expected, actual } = reason
    const isMet = code === 'expectation_met'
    return {
      code,
      message: this.masked(message),
      hint: hint === null ? null : this.masked(hint),
      blame,
      path,
      docs: isMet ? null : `docs/errors.md#${code}`,
      ...(expected === undefined ? {} : { expected: this.masked(expected) }),
      ...(actual === undefined ? {} : { actual: this.masked(actual) }),
    }
  }

  warnings(warnings: readonly Warning[]): Warning[] {
    return warnings.map((warning) => ({ ...warning, message: this.masked(warning.message) }))
  }

  captured(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, maskedValue(value, this.masked)]),
    )
  }

  #base64Start(bytes: Buffer): Excerpt {
    const { maxEchoBytes } = this.#detail
    const isAll = bytes.length <= maxEchoBytes
    return { text: this.masked(bytes.toString('base64', 0, maxEchoBytes), { isCut: !isAll }), isAll }
  }

  /** At most so many bytes of a text, without half a character at its end. */
  #cut(text: string): string {
    const { maxEchoBytes } = this.#detail
    if (text.length * 3 <= maxEchoBytes || Buffer.byteLength(text) <= maxEchoBytes) return text
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, maxEchoBytes), {
      stream: true,
    })
  }
}

/** All that must not be seen in a reply: what the request hides, headers of the response, and what a cut left of them. */
export function textsToHide(hidden: Iterable<string>, response: TargetResponse | null): readonly string[] {
  if (response === null) return [...hidden]
  const texts = [...hidden, ...secretsIn(response)]
  if (response.ending === 'complete' || texts.length === 0) return texts
  const { text } = new ReadableResponse(response, (shown) => shown)
  return [...texts, ...beginningsAtEnd(text, texts)]
}

function secretsIn({ headers }: TargetResponse): readonly string[] {
  return headers.filter(([name]) => secretHeaders.has(name.toLowerCase())).map(([, value]) => value)
}

/** The entry of an attempt in a reply. */
export function attemptEntry(attempt: Attempt, index: number): AttemptEntry {
  const { startedAt, durationMs, outcome, delivered, connectionReused, timings } = attempt
  return {
    number: index + 1,
    startedAt: startedAt.toISOString(),
    durationMs,
    status: outcome.response?.status ?? null,
    failure: outcome.kind === 'failed' ? outcome.failure.code : null,
    delivered,
    connectionReused,
    timings,
  }
}
