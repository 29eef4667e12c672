import { accept } from './accept.ts'
import { claim, listDueLanes } from './claim.ts'
import { countPart, pruneLanes, prunePart } from './prune.ts'
import { find, listPart, redrivePart } from './search.ts'
import type { Session } from './session.ts'
import { begin, cancel, isHeld, pause, release, settle, settleCallback } from './settle.ts'

/** What changes the database. */
const writes = {
  accept,
  claim,
  begin,
  settle,
  settleCallback,
  release,
  cancel,
  pause,
  redrivePart,
  prunePart,
  pruneLanes,
}

/** What only looks. It works where nothing can be written any more. */
const reads = { listDueLanes, isHeld, find, listPart, countPart }

/** Each takes the session and the time of the one who asks. */
export type Operations = typeof writes & typeof reads
export type OperationName = keyof Operations
export type Arguments<Name extends OperationName> =
  Parameters<Operations[Name]> extends [Session, number, ...infer Rest] ? Rest : never

/** An operation that is asked for. */
export interface Order {
  readonly id: number
  readonly name: OperationName
  readonly now: number
  readonly args: readonly unknown[]
}

/** Its result, or why there is none. */
export type OrderResult =
  | { readonly id: number; readonly outcome: 'done'; readonly value: unknown }
  | { readonly id: number; readonly outcome: 'unavailable'; readonly reason: string }
  /** A fault of ours, or of a stored document. */
  | { readonly id: number; readonly outcome: 'fault'; readonly message: string }

export function isWrite({ name }: Order): boolean {
  return Object.hasOwn(writes, name)
}

export function perform(session: Session, { name, now, args }: Order): unknown {
  const operation = { ...writes, ...reads }[name] as (...all: readonly unknown[]) => unknown
  return operation(session, now, ...args)
}
