import type { ReceivedRequest } from '../../support/receiver.ts'

/** The headers of a request as name and value pairs, in the order of the wire. */
export function headerPairs({ rawHeaders }: ReceivedRequest): readonly (readonly [string, string])[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [
    rawHeaders[2 * at] ?? '',
    rawHeaders[2 * at + 1] ?? '',
  ])
}

/** The headers of a request whose names are exactly one of these. */
export function headersNamed(request: ReceivedRequest | undefined, ...names: readonly string[]) {
  return request === undefined ? [] : headerPairs(request).filter(([name]) => names.includes(name))
}
