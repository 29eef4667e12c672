import type { Bout, Pair } from './duel.ts'
import { markdownTable } from './markdown-table.ts'
import { fullCells, middle } from './measurement-cells.ts'
import { median } from './median.ts'

/** Writes the result of a duel as Markdown. */
export function writeDuel(
  machine: readonly (readonly string[])[],
  names: Pair<string>,
  bouts: readonly Bout[],
): string {
  const rows = (['one', 'other'] as const).map((side) => [
    names[side],
    ...fullCells(bouts.map((bout) => bout[side].full)),
    besideCell(bouts, side),
    middle(
      bouts.map((bout) => bout[side].single.p50Ms),
      3,
    ),
  ])
  return [
    markdownTable(['what', 'which'], machine),
    markdownTable(head, rows),
    markdownTable(['what', 'median', 'from', 'to'], comparisonRows(names, bouts)),
    `Medians of ${bouts.length} alternating turns of each.`,
    ...(isNoisy(bouts) ? [noise] : []),
  ].join('\n\n')
}

const noise =
  'Other processes used more than 5 % of the core. Measure again on a quiet machine if precision matters.'

function isNoisy(bouts: readonly Bout[]): boolean {
  return (['one', 'other'] as const).some((side) => pickBeside(bouts, side).some((share) => share > 0.05))
}

const head = [
  'contender',
  'CPU, µs per execution',
  'instructions per execution',
  'executions per second',
  'core busy',
  'others on its core',
  'p50 at concurrency 1, ms',
]

function besideCell(bouts: readonly Bout[], side: keyof Bout): string {
  const percents = pickBeside(bouts, side).map((share) => share * 100)
  return percents.length === 0 ? 'not bound to a core' : `${middle(percents, 0)} %`
}

/** The share of other processes on the contender's core in each bout. */
function pickBeside(bouts: readonly Bout[], side: keyof Bout): readonly number[] {
  return bouts.flatMap((bout) => bout[side].full.shares.besideContender ?? [])
}

/** Compares both sides within each bout. */
function comparisonRows(names: Pair<string>, bouts: readonly Bout[]): readonly (readonly string[])[] {
  const full = bouts.map(({ one, other }) => ({ one: one.full, other: other.full }))
  const cpu = full.map(({ one, other }) => other.cpuMicroseconds / one.cpuMicroseconds)
  const instructions = full.flatMap(({ one, other }) => ratio(other.instructions, one.instructions) ?? [])
  const added = bouts.map(({ one, other }) => one.single.p50Ms - other.single.p50Ms)
  return [
    [`CPU time: ${names.other} / ${names.one}`, ...spread(cpu, 3, 'x')],
    [
      `instructions: ${names.other} / ${names.one}`,
      ...(instructions.length === 0 ? ['not counted', '', ''] : spread(instructions, 3, 'x')),
    ],
    [`p50 at concurrency 1: ${names.one} - ${names.other}`, ...spread(added, 3, 'ms')],
  ]
}

function ratio(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one / other
}

function spread(values: readonly number[], digits: number, unit: string): readonly string[] {
  return [median(values), Math.min(...values), Math.max(...values)].map(
    (value) => `${value.toFixed(digits)} ${unit}`,
  )
}
