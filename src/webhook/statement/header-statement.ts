import type { ReadableResponse } from '../response/readable-response.ts'
import { percentDecode } from '../values/percent-decode.ts'
import { headerValue } from '../wire/headers.ts'
import type { Statement } from './statement.ts'

/** Headers with the words of an error, those that tell most first. */
const ofWords = [
  ...['grpc-message', 'x-amzn-error-message', 'x-amzn-errormessage', 'x-amz-error-message'],
  ...['x-error-message', 'x-error-description', 'x-error-detail', 'x-error-details', 'x-error-reason'],
  ...['x-api-error', 'x-exception-message', 'x-error', 'error-message', 'error-description', 'error'],
]

/** Headers with the name of an error, which stand beside the words or alone. */
const ofCodes = [
  ...['x-amzn-errortype', 'x-amz-error-code', 'x-ms-error-code', 'x-error-code', 'x-error-type'],
  ...['error-code'],
]

/** The codes of gRPC by number, as its specification lists them. */
const grpcCodes = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
]

const maxLength = 4_096

/** Reads what the headers of a response say about an error, for one whose body says nothing. Null if they do not either. */
export function readHeaderStatement(response: ReadableResponse): Statement | null {
  if (!response.mayBeQuoted) return null
  const words = firstOf(response, ofWords)
  const code = readGrpcCode(response) ?? firstOf(response, ofCodes)
  const parts = [code, words].filter((part) => part !== null)
  return parts.length === 0 ? null : { text: parts.join(': '), fields: [] }
}

function firstOf(response: ReadableResponse, names: readonly string[]): string | null {
  for (const name of names) {
    const value = headerValue(response.headers, name)
    const start = value?.slice(0, maxLength) ?? ''
    // gRPC encodes its words like a URL, and others do so with what a header cannot have.
    const text = (percentDecode(start) ?? start).trim()
    // A number or a flag tells nothing.
    if (/\p{L}{2}/u.test(text) && !/^(?:true|false|null|none|no|yes|ok)$/i.test(text))
      return response.maskers.display(withoutUrl(text))
  }
  return null
}

/** AWS has an address behind the name of an error. */
function withoutUrl(text: string): string {
  const [own = ''] = text.split(/:https?:\/\//, 1)
  return own
}

function readGrpcCode({ headers }: ReadableResponse): string | null {
  const status = headerValue(headers, 'grpc-status')?.trim() ?? ''
  return /^\d{1,2}$/.test(status) && status !== '0' ? (grpcCodes[Number(status)] ?? null) : null
}
