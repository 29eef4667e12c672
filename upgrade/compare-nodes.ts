import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import type { PreviewReply } from '../src/execution/contract.ts'
import type { Problem } from '../src/http/contract.ts'
import { type Answer, compareAnswers, type Verdict } from './comparison.ts'

const usage = `npm run compare-nodes -- --before URL --after URL FILE

Tells what two versions of the service make of stored nodes, by their previews: nothing is sent to a target.

  --before URL   the service as it is in use, such as http://127.0.0.1:3000
  --after URL    the service of the new version
  FILE           a line of JSON for each node: the node, or what POST /v1/preview takes ({"node": …, "payload": …})

The key of both is WEBHOOK_NODE_KEY of the environment, where one is asked for. Ends with 0 where nothing has changed,
with 1 where something has, with 2 where it could not be told.
`

/** What is said of a node by its verdict. */
const headings: Readonly<Record<Exclude<Verdict, 'same'>, string>> = {
  refused: 'is refused now',
  accepted: 'is accepted now',
  sends: 'sends something else',
  decides: 'decides otherwise on status 200',
  warned: 'is warned of',
}

/** What cannot be told, in a sentence for people. */
class CannotCompare extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof CannotCompare)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function run(args: readonly string[]): Promise<number> {
  const { before, after, file } = readArguments(args)
  const counts = new Map<Verdict, number>()
  let number = 0
  for await (const line of createInterface({ input: open(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    const { name, body } = readLine(line, number)
    const { verdict, lines } = compareAnswers(await ask(before, body), await ask(after, body))
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
    if (verdict === 'same') continue
    console.log(
      [`line ${number}, ${name}: ${headings[verdict]}`, ...lines.map((text) => `  ${text}`)].join('\n'),
    )
  }
  console.log(summarize(counts))
  return [...counts.keys()].every((verdict) => verdict === 'same') ? 0 : 1
}

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { before: { type: 'string' }, after: { type: 'string' } },
      allowPositionals: true,
    })
    const [file, ...others] = positionals
    const { before, after } = values
    if (before !== undefined && after !== undefined && file !== undefined && others.length === 0)
      return { before, after, file }
  } catch {
    // What is wrong with the options is as plain from the usage.
  }
  throw new CannotCompare(usage)
}

function open(file: string) {
  const stream = createReadStream(file, 'utf8')
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    console.error(`${file} cannot be read (${code}).`)
    process.exit(2)
  })
  return stream
}

/** The text stays as it is, so that long numbers keep their digits. */
function readLine(line: string, number: number): { readonly name: string; readonly body: string } {
  const parsed = parseObject(line, number)
  const isNode = !('node' in parsed)
  const { id } = (isNode ? parsed : (parsed.node ?? {})) as { readonly id?: unknown }
  const request = isNode ? `{"node":${line}}` : line.trim()
  const body = 'simulate' in parsed ? request : `{"simulate":{"status":200},${request.slice(1)}`
  return { name: typeof id === 'string' ? `node ${JSON.stringify(id)}` : 'a node without an id', body }
}

function parseObject(line: string, number: number): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Readonly<Record<string, unknown>>
  } catch {
    // Said below.
  }
  throw new CannotCompare(`Line ${number} is no JSON object. Each node stands in a line of its own.`)
}

async function ask(service: string, body: string): Promise<Answer> {
  const key = process.env.WEBHOOK_NODE_KEY
  const response = await fetch(new URL('/v1/preview', service), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body,
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new CannotCompare(`${service} cannot be asked: ${describe(error)}.`)
  })
  if (response.status === 200) return { kind: 'preview', preview: (await response.json()) as PreviewReply }
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (response.status === 400 && problem !== null) return { kind: 'refused', problem }
  throw new CannotCompare(
    `${service} answered with status ${response.status}: ${problem?.detail ?? 'no problem'}`,
  )
}

function describe(error: unknown): string {
  const { cause, name } = error as { readonly cause?: { readonly code?: string }; readonly name?: string }
  return cause?.code ?? name ?? 'no reason given'
}

function summarize(counts: ReadonlyMap<Verdict, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const count = (verdict: Verdict) => counts.get(verdict) ?? 0
  return [
    `${total} nodes: ${count('same')} as before`,
    `${count('refused')} refused now`,
    `${count('accepted')} accepted now`,
    `${count('sends')} send something else`,
    `${count('decides')} decide otherwise`,
    `${count('warned')} with a new warning only`,
  ].join(', ')
}
