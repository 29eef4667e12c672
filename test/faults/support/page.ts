import { type Chapter, type Fault, isMade, type UnmadeFault } from './fault.ts'

/** The fault table as a page for people. */
export function writePage(table: readonly Chapter[]): string {
  return `${[introduction, ...table.map(writeChapter)].join('\n\n')}\n`
}

const introduction = `# What can go wrong, and what the reply says

Generated from the tests. Each test makes a fault with a real socket and checks both sides: the reply, and what reached the
target. A different result is a different line on this page. After a change of the table,
\`npx vitest run test/faults/page.test.ts -u\` writes the page again.

The node is a \`POST\` without \`idempotent\` that expects a 2xx. *Ends* is the failure code of the reply, which
[errors.md](errors.md) explains, or the status that was compared with the expectation. *The target saw* is what had reached
the target by the time of the reply. A fault that uses up all of the time is marked ⏱: the reply then comes at
\`timeoutMs\`, and its message names the phase that used up the time.`

function writeChapter({ title, faults }: Chapter): string {
  const made = faults.filter(isMade)
  const unmade = faults.filter((fault): fault is UnmadeFault => !isMade(fault))
  return [`## ${title}`, ...(made.length > 0 ? [writeTable(made)] : []), ...writeList(unmade)].join('\n\n')
}

function writeTable(faults: readonly Fault[]): string {
  return [
    '| # | Fault | Ends | Branch | Delivered | Repeat | Warning | The target saw |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...faults.map(writeRow),
  ].join('\n')
}

function writeRow(fault: Fault): string {
  const { row, what, delivered, repeat, warning, seen } = fault
  const cells = [
    row,
    fault.usesUp === undefined ? what : `${what} ⏱`,
    describeEnd(fault),
    `\`${decideBranch(fault)}\``,
    `\`${delivered}\``,
    `\`${repeat}\``,
    warning === undefined ? '' : `\`${warning}\``,
    seen,
  ]
  return `| ${cells.join(' | ')} |`
}

function describeEnd({ ends }: Fault): string {
  return typeof ends === 'number' ? String(ends) : `[\`${ends}\`](errors.md#${ends})`
}

/** The output that the workflow takes where the node says nothing about it. */
export function decideBranch({ ends }: Fault): 'success' | 'error' {
  return typeof ends === 'number' && ends >= 200 && ends < 300 ? 'success' : 'error'
}

function writeList(faults: readonly UnmadeFault[]): readonly string[] {
  if (faults.length === 0) return []
  return [
    `Made elsewhere, or not at all:\n\n${faults.map(({ row, what, why }) => `- ${row}: ${what} ${sentence(why)}`).join('\n')}`,
  ]
}

function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`
}
