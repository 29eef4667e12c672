// What requests take up in memory, as measured with bodies of 771 KB (docs/operations.md has the numbers).

/** Of every request: its sockets, its reply, and what stands around its body. */
const bytesPerRequest = 65_536

/** A body as bytes, as text, and as what is sent and shown of it. Text outside of Latin-1 takes up twice as much. */
const bytesPerBodyByte = 5

/** An object or a list of the body, however empty: names that come only once make an object dear. */
const bytesPerObject = 200
const bytesPerList = 48

/** A body that is sent, as bytes and as the text that is shown. */
const bytesPerRenderedByte = 3

/** What a request of so many bytes is expected to take up. */
export function estimateRequest(bodyBytes: number): number {
  return bytesPerRequest + estimateBody(bodyBytes)
}

/** What so many bytes of a body are expected to take up. */
export function estimateBody(bytes: number): number {
  return bytesPerBodyByte * bytes
}

/** However it is filled, a body of no more than this fits into what is expected of every request. */
const smallBody = 2_048

/** What the objects and lists of a JSON text take up beside the text itself. */
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

/** What a rendered body takes up beyond what was expected of the body it was made from. */
export function estimateGrowth(renderedBytes: number, bodyBytes: number): number {
  return bytesPerRenderedByte * Math.max(0, renderedBytes - bodyBytes)
}
