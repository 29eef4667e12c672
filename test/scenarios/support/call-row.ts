import type { BrokenCall } from './broken-calls.ts'

/** A broken call in one line: its node, the answer of the target, and what the reply has to say. */
export type CallRow = readonly [
  what: string,
  node: BrokenCall['node'],
  answer: readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>],
  path: string,
  hint: string,
]

export function callOf([what, node, [status, body, headers = {}], path, hint]: CallRow): BrokenCall {
  return { what, node, answer: { status, headers, body }, path, hint }
}
