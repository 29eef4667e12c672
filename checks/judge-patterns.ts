import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Diagnostics } from 'recheck'
import { judge, type RegExpParts } from './judge.ts'

type Verdicts = Map<string, Diagnostics>
/** What no thread has taken yet, by name. */
type Open = Iterable<readonly [string, RegExpParts]>

/** Judges each pattern once, on all cores. Returns what finds a verdict. */
export async function judgePatterns(
  regExps: readonly RegExpParts[],
): Promise<(regExp: RegExpParts) => Diagnostics | undefined> {
  const distinct = new Map(regExps.map((regExp) => [nameOf(regExp), regExp]))
  const verdicts: Verdicts = new Map()
  const open = distinct.entries()
  const others = Math.min(availableParallelism(), distinct.size) - 1
  const threads = Array.from({ length: others }, () => judgeInThread(open, verdicts))
  await Promise.all([judgeOpen(open, verdicts, judge), ...threads])
  return (regExp) => verdicts.get(nameOf(regExp))
}

function nameOf({ source, flags }: RegExpParts): string {
  return `/${source}/${flags}`
}

async function judgeInThread(open: Open, verdicts: Verdicts): Promise<void> {
  const thread = new Worker(new URL('./judge-thread.ts', import.meta.url))
  await judgeOpen(open, verdicts, async ({ source, flags }) => {
    thread.postMessage({ source, flags })
    const [verdict] = await once(thread, 'message')
    return verdict
  })
  await thread.terminate()
}

async function judgeOpen(open: Open, verdicts: Verdicts, ask: typeof judge): Promise<void> {
  for (const [name, regExp] of open) verdicts.set(name, await ask(regExp))
}
