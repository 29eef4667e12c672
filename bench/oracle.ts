import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runCommand, tell } from './command.ts'
import { key } from './contender.ts'
import { markdownTable } from './markdown-table.ts'
import { median } from './median.ts'
import { startService } from './service.ts'
import { createWorld, hostSuffix, type World } from './world.ts'

const secret = 'sk_live_9fK3mQx7Lr2Tz8Wb4Vc6Nd1P'
const guesses = 2_000
const warmUp = 500
const bodyLength = 65_536

/** Times of right and of wrong guesses, in microseconds. */
interface Times {
  readonly right: readonly number[]
  readonly wrong: readonly number[]
}

await runCommand(async () => {
  await using world = await createWorld()
  const secretsFile = join(world.directory, 'secrets.json')
  await writeFile(secretsFile, JSON.stringify({ key: secret }))
  await using echo = await startEcho(world)
  await using service = await startService(world, {
    settings: { SECRETS_FILE: secretsFile, EGRESS_ALLOW: `localhost,*.${hostSuffix}` },
  })
  const ask = asking(service.aim.port)

  tell('guesses in a request that is not sent')
  const request = await compare((guess) => ask(nodeFor('https://localhost:22/', fill(guess))))
  tell('guesses that a target sends back')
  const response = await compare((guess) => ask(nodeFor(`https://localhost:${echo.port}/`, fill(guess))))
  console.log(
    markdownTable(
      ['guesses', 'median of right ones', 'median of wrong ones', 'p'],
      [row('in the body of a request', request), row('sent back by a target', response)],
    ),
  )
})

/** As many guesses as fit. */
function fill(guess: string): string {
  return guess.repeat(Math.floor(bodyLength / guess.length))
}

function nodeFor(url: string, content: string): string {
  const auth = { type: 'bearer', token: '{{ secrets.key }}' }
  const capture = { whole: '{{ response.body | size }}' }
  const body = { structure: 'raw', contentType: 'text/plain', content }
  return JSON.stringify({ node: { method: 'POST', url, auth, body, capture } })
}

async function compare(ask: (guess: string) => Promise<void>): Promise<Times> {
  const right = secret.slice(0, -1)
  const wrong = `${right.slice(0, -1)}${right.endsWith('1') ? '2' : '1'}`
  for (let count = 0; count < warmUp; count++) await ask(count % 2 === 0 ? right : wrong)
  const times = { right: [] as number[], wrong: [] as number[] }
  for (let count = 0; count < guesses; count++)
    for (const kind of count % 2 === 0 ? (['right', 'wrong'] as const) : (['wrong', 'right'] as const)) {
      const began = performance.now()
      await ask(kind === 'right' ? right : wrong)
      times[kind].push((performance.now() - began) * 1_000)
    }
  return times
}

function asking(port: number): (body: string) => Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return async (body) => {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/execute`, { method: 'POST', headers, body })
    await reply.arrayBuffer()
    if (reply.status !== 200) throw new Error(`a guess was answered with ${reply.status}`)
  }
}

async function startEcho({ credentials }: World): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(credentials, (request, response) => void request.pipe(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function row(name: string, { right, wrong }: Times): string[] {
  const micros = (times: readonly number[]) => `${median(times).toFixed(0)} µs`
  return [name, micros(right), micros(wrong), mannWhitney(right, wrong).toFixed(3)]
}

/** The two-sided p of the Mann–Whitney test (1947), by its normal approximation. Ties are too rare to matter. */
function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((time) => ({ time, isOne: true })),
    ...other.map((time) => ({ time, isOne: false })),
  ]
  const ranks = all
    .toSorted((a, b) => a.time - b.time)
    .reduce((sum, { isOne }, index) => sum + (isOne ? index + 1 : 0), 0)
  const [n, m] = [one.length, other.length]
  const deviation = Math.sqrt((n * m * (n + m + 1)) / 12)
  const z = Math.abs(ranks - (n * (n + m + 1)) / 2) / deviation
  return 2 * (1 - normal(z))
}

/** The distribution function of the normal distribution (Abramowitz and Stegun, 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const tail =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail
}
