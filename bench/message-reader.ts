/** An HTTP/1.1 request or response of a known length. */
export interface Message {
  /** The first line and the fields, without the empty line. */
  readonly head: string
  readonly body: Buffer
}

const headEnd = '\r\n\r\n'

/** Splits a stream of bytes into messages. It costs less than an HTTP parser, because it trusts the other side. */
export class MessageReader {
  #chunks: Buffer[] = []
  #size = 0
  /** Bytes needed before the next message can be complete. */
  #needed = 1

  read(chunk: Buffer, receive: (message: Message) => void): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size >= this.#needed) {
      const message = this.#take()
      if (message === null) return
      receive(message)
    }
  }

  #take(): Message | null {
    const bytes = this.#join()
    const bodyStart = bytes.indexOf(headEnd) + headEnd.length
    if (bodyStart < headEnd.length) return this.#wait(this.#size + 1)
    const head = bytes.toString('latin1', 0, bodyStart - headEnd.length)
    const end = bodyStart + contentLength(head)
    if (bytes.length < end) return this.#wait(end)
    const rest = bytes.subarray(end)
    this.#chunks = rest.length > 0 ? [rest] : []
    this.#size = rest.length
    this.#needed = 1
    return { head, body: bytes.subarray(bodyStart, end) }
  }

  #join(): Buffer {
    const [first, ...others] = this.#chunks
    if (first !== undefined && others.length === 0) return first
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = [bytes]
    return bytes
  }

  #wait(needed: number): null {
    this.#needed = needed
    return null
  }
}

function contentLength(head: string): number {
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? []
  if (length !== undefined) return Number(length)
  if (/\r\ntransfer-encoding:/i.test(head)) throw new Error(`A message without Content-Length:\n${head}`)
  return 0
}
