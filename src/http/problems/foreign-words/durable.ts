import type { ForeignMember, ForeignMembers } from './foreign-word.ts'
import { asAttributes } from './list-names.ts'
import { isMoment } from './moment-like.ts'

const moment = '2026-11-21T21:54:09Z'
const toName = 'the result goes to a name of CALLBACKS_FILE, which the operator of the service sets'
const onlyEnded = 'what has ended without success is redriven; leave it out, or choose by "code"'

/** Members of the bodies of durable executions. */
export const durableMembers: ForeignMembers = {
  Submission: [
    momentMember(
      'notBefore',
      'when it begins',
      'delay delayMs delaySeconds delayUntil schedule scheduled scheduledAt scheduledFor scheduleAt runAt executeAt startAt startTime sendAt at eta earliest',
    ),
    momentMember(
      'expiresAt',
      'when it ends at the latest',
      'expiresIn ttl timeToLive expiry expires expiration validUntil maxAge until deadline latest',
    ),
    {
      words:
        'callbackUrl callbackUri webhookUrl replyUrl replyTo notify notifyUrl notification resultUrl responseUrl onComplete onFinish resumeUrl webhook webhooks hook',
      says: toName,
      example: { callback: { to: 'engine' } },
    },
    {
      words: 'payloads batch batches executions jobs messages requests nodes calls operations bulk records',
      says: 'many executions of one node are "items"',
      example: { items: [{ payload: { profile: { email: '…' } } }] },
    },
    {
      words: 'cron repeat recurring interval every rrule',
      says: 'an execution runs once: the engine submits another one for each time; leave it out',
    },
    {
      words: 'priority queue lane weight fifo',
      says: 'executions are taken by time, in turn between hosts and tenants; leave it out',
    },
    {
      words: 'dedup deduplication deduplicationId messageGroupId',
      is: 'idempotencyKey',
    },
    {
      words: 'wait sync async mode waitForResult respond prefer',
      says: 'a header of the request waits for the result, Prefer: wait=5; leave it out',
    },
  ],
  'Submission.callback': [
    {
      words: 'url uri endpoint href address name target id',
      is: 'to',
      of: 'the name of an entry of CALLBACKS_FILE',
    },
    { words: 'state correlation correlationId context data payload', is: 'token' },
    {
      words: 'headers method auth secret body',
      says: 'the operator of the service sets it in CALLBACKS_FILE; leave it out',
    },
    { words: 'detail details mode result', is: 'include' },
  ],
  Item: [
    {
      words: 'profile event instance flow vars data variables',
      says: 'it belongs into "payload" of the item',
      example: (value) => ({ payload: { profile: asAttributes(value) } }),
    },
    {
      words: 'node url method headers body',
      says: 'all items have the same node, which is "node" beside "items"; leave it out',
    },
    { words: 'id key messageId dedupId', is: 'idempotencyKey' },
    {
      words: 'secrets tenant callback notBefore expiresAt',
      says: 'it stands once beside "items", for all of them',
    },
  ],
  Redrive: [
    {
      words: 'id ids executionId executionIds execution executions',
      says: 'it is "ids" of "filter"',
      example: { filter: { ids: ['…'] } },
      covers: ['filter'],
    },
    {
      words: 'code error errorCode failure reason',
      says: 'it is "code" of "filter"',
      example: { filter: { code: 'connect_refused' } },
      covers: ['filter'],
    },
    {
      words: 'nodeId host tenant since until from to',
      says: 'it belongs into "filter"',
      example: { filter: { since: moment } },
      covers: ['filter'],
    },
    { words: 'state status', says: onlyEnded },
    { words: 'where query match select', is: 'filter' },
    { words: 'rate ratePerSecond rps perSec throttle speed', is: 'perSecond' },
    { words: 'max count size batchSize maxExecutions', is: 'limit' },
    { words: 'test preview simulate check whatIf', is: 'dryRun' },
    {
      words: 'all everything any',
      says: 'an empty "filter" is all of them',
      example: { filter: {} },
      covers: ['filter'],
    },
    { words: 'override ignoreNever', is: 'force' },
  ],
  'Redrive.filter': [
    { words: 'error errorCode failure failureCode reason', is: 'code' },
    { words: 'id executionId executionIds', is: 'ids' },
    { words: 'node', is: 'nodeId' },
    { words: 'url domain hostname target', is: 'host' },
    { words: 'from after start startDate startTime acceptedAfter', is: 'since' },
    { words: 'to before end endDate endTime acceptedBefore', is: 'until' },
    { words: 'state status succeeded', says: onlyEnded },
    { words: 'limit perSecond dryRun force callback', says: 'it belongs beside "filter"' },
  ],
}

/** A moment under the words of another tool, which keeps the date that was given. */
function momentMember(name: string, meaning: string, words: string): ForeignMember {
  const says = `${meaning} is "${name}"`
  return {
    words,
    says: `${says}, a date and time with its zone`,
    example: { [name]: moment },
    unless: [
      {
        fits: (_value, around) => around[name] !== undefined,
        says: `${says}, which is there already; leave one of the two out`,
      },
      { fits: isMoment, says, example: (value) => ({ [name]: value }) },
    ],
  }
}
