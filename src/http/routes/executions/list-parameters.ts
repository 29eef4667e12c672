import { executionStates } from '../../../contract/durable.ts'
import { tenantPattern } from '../../../contract/names.ts'
import { readMoment } from '../../../durability/read-moment.ts'
import { type KnownParameter, mustBeOneOf } from '../../problems/query-mistake.ts'

const isText = (most: number) => (text: string) => text.length <= most

/** The parameters of a list of executions. */
export const listParameters: Readonly<Record<string, KnownParameter>> = {
  state: {
    must: mustBeOneOf(executionStates),
    fits: (text) => (executionStates as readonly string[]).includes(text),
    words: executionStates,
    elsewhere: ['status', 'states', 'statuses', 'outcome', 'succeeded'],
  },
  nodeId: { must: 'is "id" of a node', fits: isText(128), elsewhere: ['node', 'nodename', 'id'] },
  host: {
    must: 'is the host of targets',
    fits: isText(255),
    elsewhere: ['url', 'domain', 'hostname', 'target'],
  },
  code: {
    must: 'is a code of a reason, such as "connect_refused"',
    fits: isText(64),
    elsewhere: ['error', 'errorcode', 'failure', 'failurecode', 'reason'],
  },
  tenant: {
    must: 'must be 1 to 64 of A-Z a-z 0-9 . _ -',
    fits: (text) => new RegExp(`^${tenantPattern}$`).test(text),
    elsewhere: ['tenantid', 'org', 'organization', 'account', 'customer', 'workspace'],
  },
  since: {
    must: 'must be a date and time with its zone, such as 2026-11-21T21:54:09Z (a + in it is %2B)',
    fits: (text) => readMoment(text) !== null,
    elsewhere: ['from', 'after', 'start', 'startdate', 'starttime', 'createdafter', 'begin', 'sincedate'],
  },
  limit: {
    must: 'must be a number from 1 to 500',
    fits: (text) => /^[1-9]\d{0,2}$/.test(text),
    elsewhere: ['pagesize', 'perpage', 'size', 'count', 'max', 'maxresults', 'top', 'first', 'take', 'rows'],
  },
  after: {
    must: 'is "next" of the page before',
    fits: isText(128),
    elsewhere: ['page', 'pagetoken', 'cursor', 'offset', 'next', 'skip', 'startingafter', 'pageafter'],
  },
}

/** Parameters of other lists that this one has nothing for, and what to do. */
export const noParameters: Readonly<Record<string, string>> = {
  sort: 'the newest come first; leave it out',
  sortby: 'the newest come first; leave it out',
  order: 'the newest come first; leave it out',
  orderby: 'the newest come first; leave it out',
  until: 'the list goes back from now to "since"; leave it out',
  to: 'the list goes back from now to "since"; leave it out',
  before: 'the list goes back from now to "since"; leave it out',
  executionid: 'one execution is GET /v1/executions/{id}; leave it out',
}
