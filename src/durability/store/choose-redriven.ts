import type { ExecutionRow } from './execution-row.ts'
import type { Redrive, RedriveOptions } from './execution-store.ts'
import { isFinal } from './is-final.ts'
import type { RedriveCounts } from './redrive-sum.ts'

/** What becomes of an execution that the filter means. */
type Fate = 'redriven' | keyof Redrive['leftOut']

/** Chooses what is redriven of rows that have ended without success, and counts them all. `before`: how many were chosen before. */
export function chooseRedriven<Row extends ExecutionRow>(
  rows: readonly Row[],
  options: RedriveOptions,
  before: number,
): { readonly chosen: readonly Row[]; readonly counts: RedriveCounts } {
  const chosen: Row[] = []
  const leftOut = { never: 0, secrets: 0, limit: 0 }
  const byCode = new Map<string, number>()
  const byHost = new Map<string, number>()
  for (const row of rows) {
    const fate = judge(row, options, before + chosen.length)
    if (fate === 'redriven') chosen.push(row)
    else leftOut[fate] += 1
    countOne(byCode, row.code ?? '')
    countOne(byHost, row.host)
  }
  return { chosen, counts: { matched: rows.length, redriven: chosen.length, leftOut, byCode, byHost } }
}

function judge(row: ExecutionRow, { force, limit }: RedriveOptions, redriven: number): Fate {
  if (row.had_secrets) return 'secrets'
  const { repeat } = row
  if (!force && repeat !== null && isFinal({ state: 'failed', repeat }, Boolean(row.repeatable)))
    return 'never'
  return redriven < limit ? 'redriven' : 'limit'
}

function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
