import type { Static } from 'typebox'
import { closedObject, named, nullable, oneOfWords, recordSchema } from './builders.ts'
import { ExecuteReply, reasonCodes } from './execution.ts'
import { tenantPattern } from './names.ts'
import { Type } from './typebox.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })
const moment = (description: string) => Type.String({ format: 'date-time', description, examples: [time] })
const nullableMoment = (description: string) =>
  nullable<string>({ type: 'string', format: 'date-time', description, examples: [time] })
const time = '2026-11-21T21:54:09.578Z'

const totals = {
  nodeId: Type.String({
    description: 'The id of the node, as its executions gave it.',
    examples: ['crm-lead'],
  }),
  tenant: nullable<string>({
    type: 'string',
    description:
      'The tenant whose executions are counted; null: all executions of the node, or those of all tenants in the list of the client.',
    examples: [null],
  }),
  since: moment('When the first execution ended that is counted here.'),
  lastAt: moment('When the latest execution ended.'),
  passedThrough: count('Executions that ended, whatever came of them.'),
  succeeded: count('Executions that met the expectation.'),
  failed: count('Executions that did not, whatever their branch.'),
  failingSince: nullableMoment(
    'When the first of the latest executions ended that all failed; null where the latest one succeeded.',
  ),
}

/** What has passed through a node, in a few numbers. */
export const NodeTotals = closedObject(totals, {
  $id: 'NodeTotals',
  description: 'What has passed through a node, in a few numbers.',
})

/** What has passed through a node, in a few numbers. */
export type NodeTotals = Static<typeof NodeTotals>

/** The reply of `GET /v1/nodes`. */
export const NodeList = closedObject(
  {
    nodes: Type.Array(named(NodeTotals), {
      description: 'Sorted by `nodeId`; of one node, the totals of tenants together before those of each.',
    }),
  },
  { $id: 'NodeList', description: 'The nodes that something has passed through.' },
)

/** The reply of `GET /v1/nodes`. */
export type NodeList = Static<typeof NodeList>

const MinuteStatistics = closedObject(
  {
    minute: Type.String({
      format: 'date-time',
      description: 'When the minute began.',
      examples: ['2026-11-21T21:54:00.000Z'],
    }),
    passedThrough: count('Executions that ended in it.'),
    failed: count('Those among them that failed.'),
  },
  { description: 'What passed through in one minute.' },
)

/** What passed through in one minute. */
export type MinuteStatistics = Static<typeof MinuteStatistics>

const FailedExecution = closedObject(
  {
    executionId: ExecuteReply.properties.executionId,
    correlationId: ExecuteReply.properties.correlationId,
    at: moment('When it ended.'),
    code: oneOfWords(reasonCodes, { description: 'Why it failed.', examples: ['expectation_unmet'] }),
    status: nullable<number>({
      type: 'integer',
      description: 'The status of the response; null where none came.',
      examples: [503],
    }),
    message: Type.String({ description: 'The code in a sentence.' }),
  },
  { description: 'One execution that failed.' },
)

/** One execution that failed. */
export type FailedExecution = Static<typeof FailedExecution>

const percentile = (percent: number) =>
  Type.Integer({ minimum: 0, description: `${percent} % took at most so long.` })

/** The reply of `GET /v1/nodes/{id}/stats`. */
export const NodeStatistics = closedObject(
  {
    ...totals,
    branches: closedObject(
      {
        success: count('Executions that took `success`.'),
        error: count('Executions that took `error`.'),
        exit: count('Executions that took `exit`.'),
      },
      { description: "Executions by branch, under its own name, not the engine's." },
    ),
    codes: recordSchema(Type.Integer(), {
      description: 'Executions by `reason.code`.',
      examples: [{ expectation_met: 97, connect_timeout: 3 }],
    }),
    statuses: recordSchema(Type.Integer(), {
      description:
        'Executions by the status of their last response. Those without a response are not among them.',
      examples: [{ 201: 97 }],
    }),
    latencyMs: closedObject(
      { p50: percentile(50), p95: percentile(95), p99: percentile(99) },
      {
        description:
          'How long executions took, from acceptance to reply, in milliseconds. Exact below 64, else to 1/64 of the value.',
      },
    ),
    attempts: count('Attempts of all executions together.'),
    lastSucceededAt: nullableMoment('When the latest execution ended that succeeded.'),
    perMinute: Type.Array(MinuteStatistics, {
      description: 'The last 60 minutes, the current one included, oldest first.',
    }),
    lastFailures: Type.Array(FailedExecution, {
      description: 'The latest 20 executions that failed, newest first.',
    }),
  },
  { $id: 'NodeStatistics', description: 'What has passed through a node.' },
)

/** The reply of `GET /v1/nodes/{id}/stats`. */
export type NodeStatistics = Static<typeof NodeStatistics>

/** The one parameter of a query; what it does differs from route to route. */
export function tenantQuery(description: string) {
  const tenant = Type.String({ pattern: `^${tenantPattern}$`, description })
  return closedObject({ tenant: Type.Optional(tenant) }, { $id: 'TenantQuery' })
}

/** Every schema that others refer to by name. */
export const statisticsSchemas = [NodeTotals, NodeList, NodeStatistics] as const
