import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import type { PreviewReply } from '../src/contract/execution.ts'
import type { Problem } from '../src/contract/schemas.ts'
import { type Answer, compareAnswers, type Verdict, verdicts } from './comparison.ts'
import { readStoredNode, UnreadableLine } from './stored-node.ts'

const usage = `npm run compare-nodes -- --before URL --after URL FILE

Compares the previews of stored nodes by two versions of the service. Nothing is sent to a target.

  --before URL   the service in use, such as http://127.0.0.1:3000
  --after URL    the service of the new version
  FILE           one line of JSON per node: the node, or a body of POST /v1/execute or /v1/preview

If the services ask for a key, both get the one in the environment variable WEBHOOK_NODE_KEY. Exit code: 0 if nothing
changed, 1 if something changed, 2 if the nodes could not be compared.
`

const unchanged: ReadonlySet<Verdict> = new Set(['same', 'unusable'])

/** The nodes cannot be compared, for the reason in the message. */
class CannotCompare extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof CannotCompare || error instanceof UnreadableLine)) throw error
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
    const { name, body, hasResponse } = readStoredNode(line, number)
    const answers = [await ask(before, body, number), await ask(after, body, number)] as const
    const { verdict, lines } = compareAnswers(...answers, { hasResponse })
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
    if (verdict !== 'same')
      console.log([`line ${number}, ${name}: ${verdicts[verdict]}`, ...lines.map(indent)].join('\n'))
  }
  if (counts.size === 0) throw new CannotCompare(`${file} has no node.`)
  console.log(summarize(counts))
  return [...counts.keys()].every((verdict) => unchanged.has(verdict)) ? 0 : 1
}

function indent(text: string): string {
  return `  ${text}`
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
    // The usage explains invalid options.
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

async function ask(service: string, body: string, number: number): Promise<Answer> {
  const response = await post(service, body)
  if (response.status === 200) return { kind: 'preview', preview: (await response.json()) as PreviewReply }
  const { detail, errors = [] } = ((await response.json().catch(() => null)) ?? {}) as Partial<Problem>
  const foreign = errors.find(({ path }) => !/^\/(?:node|payload)(?:\/|$)/.test(path))
  if (response.status === 400 && detail !== undefined && foreign === undefined)
    return { kind: 'refused', problem: { detail, errors } }
  const what =
    foreign === undefined ? (detail ?? 'it is not this service') : `${foreign.path} ${foreign.message}`
  throw new CannotCompare(`Line ${number}: ${service} answered with status ${response.status}: ${what}`)
}

async function post(service: string, body: string): Promise<Response> {
  const key = process.env.WEBHOOK_NODE_KEY
  try {
    return await fetch(new URL('/v1/preview', service), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body,
      signal: AbortSignal.timeout(30_000),
    })
  } catch (error) {
    throw new CannotCompare(`${service} cannot be reached: ${describeError(error)}.`)
  }
}

function describeError(error: unknown): string {
  const { cause, name } = error as { readonly cause?: { readonly code?: string }; readonly name?: string }
  return cause?.code ?? name ?? 'no reason given'
}

function summarize(counts: ReadonlyMap<Verdict, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const found = [...counts].map(([verdict, count]) => `${count} × ${verdicts[verdict]}`)
  return `${total} ${total === 1 ? 'node' : 'nodes'}: ${found.join(', ')}`
}
