import { Agent, request } from 'undici'

/** What came back for a request, or why nothing did. */
export interface HostileReply {
  /** 0 where none came. */
  readonly status: number
  /** Bytes of the body. */
  readonly bytes: number
  /** The code of the problem or of the reason; null where the body has none. */
  readonly code: string | null
  /** What was read of the body as JSON; null where it is none. */
  readonly body: unknown
  /** Why no reply came. */
  readonly failure: string | null
  readonly ms: number
}

export interface HostileRequest {
  readonly path: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** More than that is counted and not kept. */
const keptBytes = 8 * 1_048_576

/** Sends bodies as they stand, over as many connections as it takes. */
export class HostileClient {
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 20_000 } })
  readonly #ending = new AbortController()

  async send(url: string, { path, body, headers = {} }: HostileRequest): Promise<HostileReply> {
    const began = performance.now()
    const since = () => performance.now() - began
    try {
      const reply = await request(url + path, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: this.#ending.signal,
      })
      const { bytes, text } = await read(reply.body)
      const json = parse(text)
      return { status: reply.statusCode, bytes, code: readCode(json), body: json, failure: null, ms: since() }
    } catch (error) {
      const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      return { status: 0, bytes: 0, code: null, body: null, failure, ms: since() }
    }
  }

  /** Breaks off whatever is under way. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#agent.destroy()
  }
}

async function read(body: AsyncIterable<Buffer>): Promise<{ bytes: number; text: string }> {
  const kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes <= keptBytes) kept.push(chunk)
  }
  return { bytes, text: Buffer.concat(kept).toString() }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Of a problem, of an execution or of a simulation. */
function readCode(body: unknown): string | null {
  const { code, reason, simulated } = (body ?? {}) as {
    readonly code?: string
    readonly reason?: { readonly code: string }
    readonly simulated?: { readonly reason: { readonly code: string } } | null
  }
  return code ?? reason?.code ?? simulated?.reason.code ?? null
}
