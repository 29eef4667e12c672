import type { Static } from 'typebox'
import { closedObject, named, nullable, oneOfWords, recordSchema } from './builders.ts'
import { ExecuteReply, ReasonCode, restOfExecute } from './execution.ts'
import { tenantPattern } from './names.ts'
import { Node, Retry } from './node.ts'
import { Type } from './typebox.ts'

/** The limits of durable executions. */
export const durableLimits = {
  attempts: 50,
  /** In milliseconds: six hours. */
  delayMs: 21_600_000,
  /** In milliseconds: 30 days, the most that MAX_EXECUTION_AGE_MS may be. */
  totalMs: 2_592_000_000,
  items: 1_000,
  listed: 500,
  redriven: 10_000,
} as const

const { attempts, initialDelayMs, maxDelayMs, delaysMs } = Retry.properties
const pause = { minimum: 0, maximum: durableLimits.delayMs }
const eachPause = Type.Integer(pause)

/** `retry` of a durable execution: the same members with higher limits. */
const DurableRetry = closedObject(
  {
    ...Retry.properties,
    attempts: Type.Optional(Type.Integer({ ...attempts, maximum: durableLimits.attempts })),
    initialDelayMs: Type.Optional(Type.Integer({ ...initialDelayMs, ...pause })),
    maxDelayMs: Type.Optional(Type.Integer({ ...maxDelayMs, ...pause })),
    totalMs: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: durableLimits.totalMs,
        description:
          'The time limit for all attempts and pauses together, in milliseconds. At most the setting MAX_EXECUTION_AGE_MS, which is also the default.',
      }),
    ),
    delaysMs: Type.Optional(
      Type.Array(eachPause, { ...delaysMs, items: eachPause, maxItems: durableLimits.attempts - 1 }),
    ),
  },
  {
    $id: 'DurableRetry',
    description: 'Whether and when the request of a durable execution is sent again.',
  },
)

const DurableNode = closedObject(
  { ...Node.properties, retry: Type.Optional(named(DurableRetry)) },
  {
    $id: 'DurableNode',
    description: 'A Webhook node as in `POST /v1/execute`. Its `retry` may go on for days.',
  },
)

/** RFC 3339, section 5.6. */
const momentPattern =
  '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:[Zz]|[+-]\\d{2}:\\d{2})$'

const momentExample = '2026-11-21T21:54:09Z'

const moment = (description: string) =>
  Type.Optional(Type.String({ pattern: momentPattern, description, examples: [momentExample] }))

const Callback = closedObject(
  {
    to: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'The name of an entry of CALLBACKS_FILE.',
      examples: ['engine'],
    }),
    token: Type.Optional(
      Type.String({
        maxLength: 1_024,
        description: 'Any text. The callback has it, so that the engine finds what waits.',
        examples: ['instance-4711'],
      }),
    ),
    include: Type.Optional(
      oneOfWords(['brief', 'full'], {
        description:
          '`full`: the callback has the whole reply as `result`, unless its entry has a body of its own.',
        default: 'brief',
      }),
    ),
  },
  { description: 'Where to tell that the execution has ended: { "to": "engine", "token": "instance-4711" }' },
)

const Item = closedObject(
  {
    payload: restOfExecute.payload,
    idempotencyKey: restOfExecute.idempotencyKey,
    correlationId: restOfExecute.correlationId,
  },
  { $id: 'Item', description: 'One of many executions of a node.' },
)

export const SubmitRequest = closedObject(
  {
    node: named(DurableNode),
    ...restOfExecute,
    items: Type.Optional(
      Type.Array(named(Item), {
        minItems: 1,
        maxItems: durableLimits.items,
        description:
          'Executions of the same node, all or none of which are accepted. `payload`, `idempotencyKey` and `correlationId` then stand in each of them.',
      }),
    ),
    notBefore: moment('When the first attempt may begin (RFC 3339).'),
    expiresAt: moment(
      'From when on no attempt begins any more (RFC 3339): the execution then ends as `expired`. Default: MAX_EXECUTION_AGE_MS from `notBefore`.',
    ),
    callback: Type.Optional(Callback),
  },
  {
    $id: 'SubmitRequest',
    description:
      'The body of `POST /v1/executions`: that of `POST /v1/execute`, and when to execute the node and whom to tell.',
  },
)

export type SubmitRequest = Static<typeof SubmitRequest>

export const executionStates = ['waiting', 'running', 'succeeded', 'failed', 'withdrawn', 'expired'] as const

const state = oneOfWords(executionStates, {
  description:
    '`waiting`: for its first or another attempt. `running`: an attempt is under way. `succeeded`, `failed`: it has ended, as `succeeded` of its result says. `withdrawn`: it was cancelled. `expired`: it was not finished by `expiresAt`.',
})
const executionId = Type.String({ format: 'uuid', description: 'The id of the execution.' })
const idempotencyKey = nullable<string>({ type: 'string', description: '`idempotencyKey` of the request.' })
const nullableMoment = (description: string) =>
  nullable<string>({ type: 'string', format: 'date-time', description, examples: [momentExample] })
const dueAt = nullableMoment('When its next attempt is due; null unless it waits.')
const expiresAt = nullableMoment('From when on no attempt begins any more.')

const Submitted = closedObject(
  {
    executionId,
    state,
    idempotencyKey,
    dueAt,
    expiresAt,
    replayed: Type.Boolean({
      description:
        'Whether the execution was there before, with the same `idempotencyKey`, and nothing new was accepted.',
    }),
  },
  { $id: 'Submitted', description: 'An execution that was accepted, and will end whatever happens.' },
)

export type Submitted = Static<typeof Submitted>

const SubmittedItems = closedObject(
  {
    accepted: Type.Integer({ minimum: 0, description: 'How many executions are new.' }),
    replayed: Type.Integer({ minimum: 0, description: 'How many were there before.' }),
    executions: Type.Array(closedObject({ executionId, state, idempotencyKey }, {}), {
      description: 'In the order of the items.',
    }),
  },
  { $id: 'SubmittedItems', description: 'Executions that were accepted together.' },
)

export type SubmittedItems = Static<typeof SubmittedItems>

export const Acknowledgement = Type.Union([named(Submitted), named(SubmittedItems)], {
  $id: 'Acknowledgement',
  description: 'What was accepted: `SubmittedItems` for a request with `items`.',
})

export const Unfinished = closedObject(
  { executionId, state, dueAt },
  { $id: 'Unfinished', description: 'An execution that has not ended.' },
)

export type Unfinished = Static<typeof Unfinished>

const summary = {
  executionId,
  state,
  done: Type.Boolean({ description: 'Whether it has ended.' }),
  nodeId: nullable<string>({ type: 'string', description: '`node.id` of the request.' }),
  tenant: nullable<string>({ type: 'string', description: '`tenant` of the request.' }),
  host: Type.String({ description: 'The host of the target.' }),
  port: Type.Integer({ description: 'The port of the target.' }),
  code: Type.Unsafe<string | null>({
    anyOf: [named(ReasonCode), { type: 'null' }],
    description: 'The code of the reason, once it has ended.',
  }),
  attempts: Type.Integer({ minimum: 0, description: 'How many attempts have ended, or were cut off.' }),
  redrives: Type.Integer({ minimum: 0, description: 'How often it was executed again after its end.' }),
  acceptedAt: Type.String({ format: 'date-time', description: 'When it was accepted.' }),
  dueAt,
  expiresAt,
  endedAt: nullableMoment('When it ended.'),
  callback: Type.Unsafe<{ state: 'waiting' | 'delivered' | 'failed'; attempts: number } | null>({
    type: ['object', 'null'],
    properties: {
      state: {
        type: 'string',
        enum: ['waiting', 'delivered', 'failed'],
        description: '`failed`: it was tried for a day.',
      },
      attempts: { type: 'integer', minimum: 0, description: 'How many tries have ended.' },
    },
    required: ['state', 'attempts'],
    additionalProperties: false,
    description:
      'What became of the callback of its last end that has one; null if none has. Before its end: `waiting`, with no attempts. Callbacks of earlier ends are tried beside it.',
  }),
}

const ExecutionSummary = closedObject(summary, {
  $id: 'ExecutionSummary',
  description: 'A durable execution, without its result.',
})

export type ExecutionSummary = Static<typeof ExecutionSummary>

export const ExecutionStatus = closedObject(
  {
    ...summary,
    result: Type.Unsafe<ExecuteReply | null>({
      anyOf: [named(ExecuteReply), { type: 'null' }],
      description: 'The reply as of `POST /v1/execute`; null until it has ended.',
    }),
  },
  { $id: 'ExecutionStatus', description: 'A durable execution, and its result.' },
)

export type ExecutionStatus = Static<typeof ExecutionStatus>

export const ExecutionList = closedObject(
  {
    executions: Type.Array(named(ExecutionSummary), { description: 'Newest first.' }),
    next: nullable<string>({
      type: 'string',
      description: 'For `after` of the next page; null on the last one.',
    }),
  },
  { $id: 'ExecutionList', description: 'A page of executions.' },
)

export type ExecutionList = Static<typeof ExecutionList>

export const Cancelled = closedObject(
  { executionId, state },
  { $id: 'Cancelled', description: 'What became of an execution that was cancelled.' },
)

export type Cancelled = Static<typeof Cancelled>

/** By what a list and a redrive choose executions. */
const filter = {
  nodeId: Type.Optional(Type.String({ maxLength: 128, description: 'With this `node.id`.' })),
  host: Type.Optional(Type.String({ maxLength: 255, description: 'To this host.' })),
  code: Type.Optional(Type.String({ maxLength: 64, description: 'With this code of the reason.' })),
  tenant: Type.Optional(Type.String({ pattern: `^${tenantPattern}$`, description: 'Of this tenant.' })),
  since: moment('Accepted at this time or later (RFC 3339).'),
}

/** The query of a list. Values of a query are texts. */
export const ListQuery = closedObject(
  {
    state: Type.Optional(oneOfWords(executionStates, { description: 'In this state.' })),
    ...filter,
    limit: Type.Optional(
      Type.String({
        pattern: '^[1-9][0-9]{0,2}$',
        description: 'Executions on a page, up to 500. Default: 50.',
      }),
    ),
    after: Type.Optional(Type.String({ maxLength: 128, description: '`next` of the page before.' })),
  },
  { $id: 'ListQuery' },
)

export type ListQuery = Static<typeof ListQuery>

const RedriveFilter = closedObject(
  {
    ...filter,
    until: moment('Accepted before this time (RFC 3339).'),
    ids: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        minItems: 1,
        maxItems: durableLimits.items,
        description: 'With one of these ids.',
      }),
    ),
  },
  {
    description: 'Executions to which all of its members apply: { "code": "connect_refused", "since": "…" }',
  },
)

export const RedriveRequest = closedObject(
  {
    filter: RedriveFilter,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: durableLimits.redriven,
        default: 500,
        description: 'How many executions at most, the oldest first.',
      }),
    ),
    perSecond: Type.Optional(
      Type.Number({
        minimum: 0.01,
        maximum: 1_000,
        default: 20,
        description: 'How many of them become due in a second.',
      }),
    ),
    dryRun: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether only to count, and to do nothing.' }),
    ),
    force: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether to take also what has `repeat: never`, or may have done its work and is not idempotent.',
      }),
    ),
    callback: Type.Optional(
      oneOfWords(['none', 'again'], {
        default: 'none',
        description:
          '`again`: the end has a callback of its own, to the same address. The engine has followed the branch of the first end already.',
      }),
    ),
  },
  { $id: 'RedriveRequest', description: 'The body of `POST /v1/executions/redrive`.' },
)

export type RedriveRequest = Static<typeof RedriveRequest>

const counted = (description: string) => recordSchema(Type.Integer({ minimum: 0 }), { description })

export const RedriveReply = closedObject(
  {
    matched: Type.Integer({
      minimum: 0,
      description:
        'Executions that have ended without success, and match. Those of `POST /v1/execute` never do.',
    }),
    redriven: Type.Integer({
      minimum: 0,
      description: 'Executions that are executed again; with `dryRun` those that would be.',
    }),
    leftOut: closedObject(
      {
        never: Type.Integer({
          minimum: 0,
          description:
            'Those with `repeat: never`, and those with `if_idempotent` whose node is not idempotent.',
        }),
        secrets: Type.Integer({
          minimum: 0,
          description: 'Those whose secrets came with the request: they were deleted at the end.',
        }),
        limit: Type.Integer({ minimum: 0, description: 'Those beyond `limit`.' }),
      },
      { description: 'Matching executions that are not executed again, by cause.' },
    ),
    byCode: counted('Matching executions by the code of their reason.'),
    byHost: counted('Matching executions by host.'),
  },
  { $id: 'RedriveReply', description: 'What is executed again.' },
)

export type RedriveReply = Static<typeof RedriveReply>

/** The schemas of this file that other schemas or routes refer to by `$id`. */
export const durableSchemas = [
  DurableRetry,
  DurableNode,
  Item,
  SubmitRequest,
  Submitted,
  SubmittedItems,
  Acknowledgement,
  Unfinished,
  ExecutionSummary,
  ExecutionStatus,
  ExecutionList,
  Cancelled,
  RedriveRequest,
  RedriveReply,
] as const
