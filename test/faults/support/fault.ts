import type { ExecuteReply } from '../../../src/contract/execution.ts'
import type { Delivered, FailureCode, RetrySafety } from '../../../src/contract/failure.ts'
import type { WarningCode } from '../../../src/contract/warning.ts'
import type { ServiceOptions } from '../../support/service.ts'

/** One thing that can go wrong between the service and a target, and what the reply says of it. */
export interface Fault {
  readonly row: string
  /** What the target does, or what is done to it: `The target …`. */
  readonly what: string
  readonly make: () => Promise<Target>
  /** The failure, or the status that the expectation (2xx) is held against. */
  readonly ends: FailureCode | number
  readonly delivered: Delivered
  readonly repeat: RetrySafety
  readonly warning?: WarningCode
  readonly seen: Seen
  /** Of a fault that uses up all of the time: the phase that the message names. */
  readonly usesUp?: string
  /** Made in `npm run test:egress`, whose network can be bent at will. */
  readonly bendsNetwork?: true
  /** What else the reply must show. */
  readonly shows?: DeepPartial<ExecuteReply>
}

/** A fault that no test makes, and why. */
export interface UnmadeFault {
  readonly row: string
  readonly what: string
  readonly why: string
}

export interface Chapter {
  readonly title: string
  readonly faults: readonly (Fault | UnmadeFault)[]
}

/** What reached the target during the call. */
export type Seen = 'nothing' | 'a connection' | 'a request' | 'two requests'

/** Where a node is pointed, and what has to happen there. */
export interface Target {
  readonly url: string
  readonly journal: Journal
  readonly service?: ServiceOptions
  /** Members of the node that differ. */
  readonly node?: Readonly<Record<string, unknown>>
  /** Secrets of the request. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Calls that are made before the one that counts. */
  readonly rehearsals?: number
  /** What happens between them and that one. */
  readonly interlude?: () => Promise<void>
}

/** The target's side of the story. */
export interface Journal {
  readonly accepted: () => number
  readonly requests: () => number
  readonly open: () => number
  readonly sent: () => Buffer
}

export function isMade(fault: Fault | UnmadeFault): fault is Fault {
  return 'make' in fault
}

type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T

/** The reply when the target answers with 200. */
export const success = { ends: 200, delivered: 'yes', repeat: 'never', seen: 'a request' } as const
