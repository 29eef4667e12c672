import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import type { HeaderPair } from '../../src/webhook/wire/outcome.ts'
import type { Part } from '../../testkit/raw-server.ts'
import { outbound, testEgressClient } from '../support/egress-client.ts'
import { authority, rawTlsServer } from '../support/servers.ts'
import { cut } from './support/pieces.ts'

/** Set READERS_SEED to play a run again. */
const seed = Number(process.env.READERS_SEED ?? Date.now() % 2 ** 31)

/** A response that has to be put in order, in the pieces that it is written in. */
interface Odd {
  readonly pieces: readonly string[]
  readonly status: number
  readonly body: string
  /** What Node's parser refuses, however lenient: the same length twice, blanks within extensions. */
  readonly isForCurlOnly: boolean
}

const word = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-'),
  minLength: 1,
  maxLength: 9,
})
const blanks = fc.constantFrom('', ' ', '\t', ' \t ')
const content = fc.string({
  unit: fc.constantFrom(...'0123456789abcdefxyz;,: \t\r\n\xe4\0'),
  maxLength: 200,
})
const field = fc
  .tuple(word, word, blanks, fc.boolean(), word)
  .map(([name, first, blank, isFolded, second]) => {
    const rest = isFolded ? `${blank}\r\n ${blank}${second}${blank}` : blank
    return `X-${name}: ${first}${rest}\r\n`
  })
const fields = fc.array(field, { maxLength: 4 }).map((all) => all.join(''))
const interims = fc
  .array(fc.tuple(fc.constantFrom(100, 102, 103), fields), { maxLength: 3 })
  .map((all) => all.map(([status, headers]) => `HTTP/1.1 ${status} Interim\r\n${headers}\r\n`).join(''))

interface Framed {
  readonly header: string
  readonly bytes: string
  readonly isForCurlOnly: boolean
}

const framings: readonly ((body: string) => fc.Arbitrary<Framed>)[] = [
  (body) =>
    fc.tuple(blanks, blanks).map(([before, behind]) => ({
      header: `Content-Length:${before}${body.length}${behind}\r\n`,
      bytes: body,
      isForCurlOnly: false,
    })),
  (body) =>
    fc
      .constantFrom(
        `Content-Length: ${body.length}, ${body.length}\r\n`,
        `Content-Length: ${body.length}\r\nContent-Length: ${body.length}\r\n`,
      )
      .map((header) => ({ header, bytes: body, isForCurlOnly: true })),
  (body) =>
    fc
      .tuple(fc.integer({ min: 1, max: 50 }), blanks, fc.constantFrom('', ';a=b', ' ; a = "b c"', ';'))
      .map(([length, padding, extension]) => {
        const pieces = body.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
        const chunks = [...pieces, ''].map(
          (piece) => `${piece.length.toString(16)}${padding}${extension}\r\n${piece}\r\n`,
        )
        return {
          header: 'Transfer-Encoding: chunked\r\n',
          bytes: chunks.join(''),
          isForCurlOnly: extension !== '' && extension !== ';a=b',
        }
      }),
]

const odd = fc
  .tuple(content, fc.constantFrom(...framings))
  .chain(([body, framing]) => framing(body).map((framed) => ({ body, framed })))
  .chain(({ body, framed }) =>
    fc
      .tuple(
        interims,
        fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
        fields,
        fields,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      )
      .map(([before, status, first, second, places]): Odd => {
        const sent = `${before}HTTP/1.1 ${status} Odd\r\n${first}${framed.header}${second}\r\n${framed.bytes}`
        return { pieces: cut(sent, places), status, body, isForCurlOnly: framed.isForCurlOnly }
      }),
  )

interface Reading {
  readonly status: number
  readonly body: string
  readonly headers: readonly HeaderPair[]
}

it('a response that is put in order is read as curl and the parser of Node read it', {
  timeout: 30_000,
}, async () => {
  console.info(`READERS_SEED=${seed}`)
  const responses = fc.sample(odd, { seed, numRuns: 150 })
  const { port } = await rawTlsServer(answering(responses))

  const byService = await readByService(port, responses.length)
  const byCurl = await readByCurl(port, responses.length)
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: authority.pem })
  onTestFinished(() => agent.destroy())
  for (const [id, { pieces, status, body, isForCurlOnly }] of responses.entries()) {
    const what = `READERS_SEED=${seed}: ${JSON.stringify(pieces)}`
    expect(byService[id], what).toMatchObject({ status, body })
    expect(byCurl[id], what).toEqual({ status, body })
    if (isForCurlOnly) continue
    expect(byService[id], what).toEqual(await readByNode(port, id, agent))
  }
})

/** Answers each request with the response of its path, piece by piece, on as many connections as there are. */
function answering(responses: readonly Odd[]): Part {
  return (socket) => {
    socket.on('data', (chunk: Buffer) => {
      const [, id] = /^[A-Z]+ \/(\d+) /.exec(chunk.toString('latin1')) ?? []
      const pieces = responses[Number(id)]?.pieces ?? []
      const writeNext = (index: number) => {
        const piece = pieces[index]
        if (piece !== undefined)
          socket.write(Buffer.from(piece, 'latin1'), () => setImmediate(writeNext, index + 1))
      }
      writeNext(0)
    })
  }
}

async function readByService(port: number, count: number): Promise<readonly Reading[]> {
  const egressClient = testEgressClient()
  const readings: Reading[] = []
  for (let id = 0; id < count; id++) {
    const request = outbound(port, { method: 'GET', target: `/${id}` })
    const [{ outcome }] = await egressClient.call(request, { timeoutMs: 5_000, tenant: null })
    if (outcome.kind === 'failed') throw new Error(`${id}: ${outcome.failure.detail}`)
    const { status, body, headers, ending, hasExcess } = outcome.response
    expect({ ending, hasExcess }).toEqual({ ending: 'complete' })
    readings.push({ status, body: body.toString('latin1'), headers: plain(headers) })
  }
  return readings
}

/** One process for all of them. */
async function readByCurl(port: number, count: number): Promise<readonly Omit<Reading, 'headers'>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'readers-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const ids = Array.from({ length: count }, (_, id) => id)
  const curl = spawn(
    'curl',
    ['--silent', '--show-error', '--insecure', '--max-time', '20', '--config', '-'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  curl.stdin.end(
    ids
      .map((id) => `url = "https://127.0.0.1:${port}/${id}"\noutput = "${join(folder, String(id))}"\n`)
      .join('')
      .concat('write-out = "%{http_code}\\n"\n'),
  )
  let statuses = ''
  curl.stdout.on('data', (chunk: Buffer) => (statuses += String(chunk)))
  const [code] = await once(curl, 'close')
  expect(code).toBe(0)
  const read = (id: number) => readFile(join(folder, String(id)), 'latin1').catch(() => '')
  const bodies = await Promise.all(ids.map(read))
  return statuses
    .trim()
    .split('\n')
    .map((status, id) => ({ status: Number(status), body: bodies[id] ?? '' }))
}

async function readByNode(port: number, id: number, agent: Agent): Promise<Reading> {
  const asked = request({ host: '127.0.0.1', port, path: `/${id}`, agent, insecureHTTPParser: true }).end()
  const [response] = await once(asked, 'response')
  let body = ''
  response.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
  await once(response, 'end')
  const { rawHeaders, statusCode } = response
  const headers = rawHeaders.flatMap((name: string, at: number) =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1]] as const] : [],
  )
  return { status: statusCode, body, headers: plain(headers) }
}

/** Readers differ in the number of blanks that replace a fold. */
function plain(headers: readonly HeaderPair[]): readonly HeaderPair[] {
  return headers.map(([name, value]) => [name, value.replaceAll(/[\t ]+/g, ' ').trim()])
}
