// Memory of requests, measured with bodies of 771 KB (docs/operations.md has the numbers).

/** Per request: sockets, reply, and the data beside the body. */
const bytesPerRequest = 65_536

/**
 * Per byte of a body: the bytes, the text, and the parts that are sent and shown. Text beyond Latin-1 takes twice as
 * much.
 */
const bytesPerBodyByte = 5

/** Per object or list of a body, even if empty: an object whose names occur only once is expensive. */
const bytesPerObject = 200
const bytesPerList = 48

/** Per byte of a rendered body: the bytes to send and the text to show. */
const bytesPerRenderedByte = 3

/** Estimated memory of a request with a body of this many bytes. */
export function estimateRequest(bodyBytes: number): number {
  return bytesPerRequest + estimateBody(bodyBytes)
}

/** Estimated memory of this many bytes of a body. */
export function estimateBody(bytes: number): number {
  return bytesPerBodyByte * bytes
}

/** Any content of a body up to this size fits into `bytesPerRequest`. */
const smallBody = 2_048

/** Estimated memory of the objects and lists of a JSON text, without the text itself. */
export function estimateStructure(json: Uint8Array): number {
  if (json.length <= smallBody) return 0
  let objects = 0
  let lists = 0
  for (let at = 0; at < json.length; at++) {
    if (json[at] === openingBrace) objects += 1
    else if (json[at] === openingBracket) lists += 1
  }
  return bytesPerObject * objects + bytesPerList * lists
}

const openingBrace = 0x7b
const openingBracket = 0x5b

/** Estimated memory of a rendered body beyond the estimate for the body of its request. */
export function estimateGrowth(renderedBytes: number, bodyBytes: number): number {
  return bytesPerRenderedByte * Math.max(0, renderedBytes - bodyBytes)
}
