import type { Static } from 'typebox'
import { closedObject, named, nullable, recordSchema } from './builders.ts'
import { ExecuteReply, ReasonCode } from './execution.ts'
import { tenantPattern } from './names.ts'
import { Type } from './typebox.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })
const moment = (description: string) => Type.String({ format: 'date-time', description, examples: [time] })
const nullableMoment = (description: string) =>
  nullable<string>({ type: 'string', format: 'date-time', description, examples: [time] })
const time = '2026-11-21T21:54:09.578Z'

/** An instance for examples. */
export const instanceExample = { instance: 'webhook-node-1', instanceSince: time, instances: 1 }

const countedBy = {
  instance: Type.String({
    description: 'The instance that answered: the setting `INSTANCE`, or its host name.',
    examples: [instanceExample.instance],
  }),
  instanceSince: moment('When the instance started, with nothing counted.'),
  instances: Type.Integer({
    minimum: 1,
    description:
      'The number of instances whose executions are counted here: more than 1 if several share a store in PostgreSQL. 1 also while this store cannot be read; then only those of `instance` are counted.',
    examples: [1],
  }),
}

/** The instance that answers, since when it counts, and how many have counted. */
export interface CountedBy {
  readonly instance: string
  readonly instanceSince: string
  readonly instances: number
}

const totals = {
  nodeId: Type.String({
    description: '`node.id` of the executions.',
    examples: ['crm-lead'],
  }),
  tenant: nullable<string>({
    type: 'string',
    pattern: `^${tenantPattern}$`,
    description:
      'The tenant whose executions are counted. Null if all executions of the node are counted; for a client with a list of tenants, those of all tenants in the list.',
    examples: [null],
  }),
  since: moment('When the first counted execution ended.'),
  lastAt: moment('When the latest counted execution ended.'),
  passedThrough: count('Executions that ended, with or without success.'),
  succeeded: count('Executions whose response met the expectation, or that a case calls a success.'),
  failed: count('All other executions, on any branch.'),
  failingSince: nullableMoment(
    'Since when all executions have failed: the end of the first failure after the latest success. Null if the latest execution succeeded.',
  ),
}

export const NodeTotals = closedObject(totals, {
  $id: 'NodeTotals',
  description: 'The totals of the executions of a node.',
})

export type NodeTotals = Static<typeof NodeTotals>

export const NodeList = closedObject(
  {
    ...countedBy,
    nodes: Type.Array(named(NodeTotals), {
      description:
        'The totals, sorted by `nodeId`. For each node the totals over all tenants come first, then those of each tenant.',
    }),
  },
  { $id: 'NodeList', description: 'The reply of `GET /v1/nodes`: the nodes that have had executions.' },
)

export type NodeList = Static<typeof NodeList>

const MinuteStatistics = closedObject(
  {
    minute: Type.String({
      format: 'date-time',
      description: 'When the minute began.',
      examples: ['2026-11-21T21:54:00.000Z'],
    }),
    passedThrough: count('Executions that ended in this minute.'),
    failed: count('Executions that failed in this minute.'),
  },
  { description: 'The executions of one minute.' },
)

export type MinuteStatistics = Static<typeof MinuteStatistics>

const FailedExecution = closedObject(
  {
    executionId: ExecuteReply.properties.executionId,
    correlationId: ExecuteReply.properties.correlationId,
    connection: ExecuteReply.properties.connection,
    at: moment('When the execution ended.'),
    code: named(ReasonCode),
    status: nullable<number>({
      type: 'integer',
      description: 'The status of the response; null if none came.',
      examples: [503],
    }),
    message: Type.String({ description: 'What happened, in one sentence, masked as in the reply.' }),
    hint: nullable<string>({
      type: 'string',
      description:
        'The cause and what to do about it, masked as in the reply, and without the words of the target that the reply may quote.',
      examples: ['The node expects 200, and the target answers 201. Add 201 to the expected status codes.'],
    }),
    path: nullable<string>({
      type: 'string',
      description: 'A JSON Pointer to the part of the node to change, as in the reply.',
      examples: ['/node/expect'],
    }),
  },
  { description: 'One execution that failed.' },
)

export type FailedExecution = Static<typeof FailedExecution>

const percentile = (percent: number) =>
  Type.Integer({ minimum: 0, description: `${percent} % of the executions took at most this time.` })

export const NodeStatistics = closedObject(
  {
    ...countedBy,
    ...totals,
    branches: closedObject(
      {
        success: count('Executions that took `success`.'),
        error: count('Executions that took `error`.'),
        exit: count('Executions that took `exit`.'),
      },
      { description: "Executions by branch. The names are those of the service, not the engine's." },
    ),
    cases: recordSchema(Type.Integer(), {
      description:
        'Executions that a case decided, by its `branch`. One with the branch `success`, `error` or `exit` is counted in `branches`, too.',
      examples: [{ exists: 3 }],
    }),
    otherCases: count(
      'Executions that a case decided whose `branch` is not among the first 20 different ones of the node.',
    ),
    codes: recordSchema(Type.Integer(), {
      description: 'Executions by `reason.code`.',
      examples: [{ expectation_met: 97, connect_timeout: 3 }],
    }),
    statuses: recordSchema(Type.Integer(), {
      description:
        'Executions by the status of their last response. Executions without a response are not counted here.',
      examples: [{ 201: 97 }],
    }),
    connections: recordSchema(Type.Integer(), {
      description:
        'Executions by `node.connection`. Those without one are not counted here. Of more than 50 connections the others are counted together, as `*`.',
      examples: [{ crm: 97 }],
    }),
    latencyMs: closedObject(
      { p50: percentile(50), p95: percentile(95), p99: percentile(99) },
      {
        description:
          'The time from acceptance to reply, in milliseconds. Values below 64 are exact, larger ones to 1/64 of the value.',
      },
    ),
    attempts: count('The attempts of all executions.'),
    lastSucceededAt: nullableMoment('When the latest successful execution ended.'),
    perMinute: Type.Array(MinuteStatistics, {
      description: 'The last 60 minutes, the current one included, oldest first.',
    }),
    lastFailures: Type.Array(FailedExecution, {
      description: 'The 20 latest executions that failed, newest first.',
    }),
  },
  {
    $id: 'NodeStatistics',
    description: 'The reply of `GET /v1/nodes/{id}/stats`: the statistics of one node.',
  },
)

export type NodeStatistics = Static<typeof NodeStatistics>

/** The statistics of a node, of one instance or of several. */
export type CountedNode = Omit<NodeStatistics, keyof CountedBy>

/** The schema of a query string with `tenant`. Each route describes what the parameter does there. */
export function tenantQuery(description: string) {
  const tenant = Type.String({ pattern: `^${tenantPattern}$`, description })
  return closedObject({ tenant: Type.Optional(tenant) }, { $id: 'TenantQuery' })
}

/** The schemas of this file that other schemas or routes refer to by `$id`. */
export const statisticsSchemas = [NodeTotals, NodeList, NodeStatistics] as const
