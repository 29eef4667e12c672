/** Placeholder in a text for the number of a request. */
export const serialNumber = '########'

/** An endless series of requests. */
export interface Series {
  next(): Buffer
}

/** HTTP requests, ready to be written, that differ in their serial number only. */
export class Requests implements Series {
  /** The request with a placeholder for each serial number. */
  readonly template: Buffer
  /** Number of requests until the first one repeats. */
  readonly distinct: number
  readonly #offsets: readonly number[]
  #sent = 0

  constructor(body: object, { path, key, distinct }: { path: string; key: string; distinct: number }) {
    const json = JSON.stringify(body)
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Authorization: Bearer ${key}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(json)}`,
    ]
    this.template = Buffer.from(`${head.join('\r\n')}\r\n\r\n${json}`)
    this.#offsets = findOffsets(this.template)
    this.distinct = distinct
  }

  /** The next request. Serial numbers repeat after `distinct` requests. */
  next(): Buffer {
    const number = String(this.#sent++ % this.distinct).padStart(serialNumber.length, '0')
    if (this.#offsets.length === 0) return this.template
    const request = Buffer.from(this.template)
    for (const offset of this.#offsets) request.write(number, offset, 'latin1')
    return request
  }
}

function findOffsets(bytes: Buffer): readonly number[] {
  const offsets: number[] = []
  for (let at = bytes.indexOf(serialNumber); at !== -1; at = bytes.indexOf(serialNumber, at + 1))
    offsets.push(at)
  return offsets
}
