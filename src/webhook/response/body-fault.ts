import type { Blame, RetrySafety } from '../../contract/failure.ts'
import { headerValue } from '../wire/headers.ts'
import type { BodyEnding } from '../wire/outcome.ts'
import { quoteTarget } from './quote-target.ts'
import type { ReadableResponse } from './readable-response.ts'

/** A body that did not arrive as the target meant it, so that what the node expects may be missing for that reason. */
export interface BodyFault {
  /** Cause and cure, as sentences. */
  readonly text: string
  readonly blame: Blame
  /** Whether the body may arrive if the request is sent again. */
  readonly repeat: RetrySafety
}

/** Finds the fault of a body that an expectation reads as text or as JSON; null if what it reads has arrived. */
export function findBodyFault(response: ReadableResponse, readsJson: boolean): BodyFault | null {
  const { ending, isWhole, hasExcess } = response
  if (isWhole && ending !== 'undecodable' && !hasExcess) return null
  // Complete JSON has nothing more to come.
  if (readsJson && response.seenJson !== undefined) return null
  if (!isWhole) return cuts[ending] ?? brokenOff
  if (ending !== 'undecodable') return excess
  return response.isText ? null : explainCoding(response)
}

/** Says of a body that could be read all the same that its label is wrong; empty if there is nothing to say. */
export function describeWrongCoding(response: ReadableResponse): string {
  return response.ending === 'undecodable'
    ? ` ${nameCoding(response)} does not fit its body: it has no such coding, or only a part could be decoded.`
    : ''
}

function cut(cause: string, cure: string): string {
  return `Only part of the body was read, because ${cause}: what the node expects may stand in the rest. ${cure}`
}

const brokenOff: BodyFault = {
  text: cut(
    'the connection broke off within it',
    'Send the request again if the target takes it as one. If it breaks off each time, ask the operator of the target why, or expect the status only.',
  ),
  blame: 'target',
  repeat: 'if_idempotent',
}

const slow: BodyFault = {
  text: cut(
    'it did not end in time',
    'Let the target send a body that ends, or expect the status only. Before you repeat the request, look whether the target has carried it out.',
  ),
  blame: 'target',
  repeat: 'if_idempotent',
}

const cuts: Readonly<Partial<Record<BodyEnding, BodyFault>>> = {
  capped: {
    text: cut(
      'it is larger than the service reads (MAX_RESPONSE_BYTES)',
      'Ask the target for less, or expect the status only.',
    ),
    blame: 'node',
    repeat: 'never',
  },
  timed_out: slow,
  undecoded: slow,
  misframed: {
    text: cut(
      'a chunk of it breaks the rules of HTTP',
      'Tell the operator of the target, or expect the status only.',
    ),
    blame: 'target',
    repeat: 'never',
  },
}

const excess: BodyFault = {
  text: cut(
    'the Content-Length of the target is too small for it',
    'The operator of the target has to count bytes, and not characters.',
  ),
  blame: 'target',
  repeat: 'never',
}

function explainCoding(response: ReadableResponse): BodyFault {
  return {
    text: `The body could not be decoded. ${nameCoding(response)} does not match it, or is none of gzip, deflate, br and zstd: the operator of the target has to correct the label. If the node asks for that coding with Accept-Encoding, remove the header.`,
    blame: 'target',
    repeat: 'never',
  }
}

function nameCoding(response: ReadableResponse): string {
  const quote = quoteTarget(response, headerValue(response.headers, 'content-encoding') ?? '', 40)
  return `The Content-Encoding${quote === null ? '' : ` ${quote}`} of the response`
}
