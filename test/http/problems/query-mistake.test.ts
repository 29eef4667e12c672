import { describe, expect, it } from 'vitest'
import { describeQueryMistake } from '../../../src/http/problems/query-mistake.ts'
import { listParameters, noParameters } from '../../../src/http/routes/executions/list-parameters.ts'

const describeMistake = (query: string) => {
  const all = new URLSearchParams(query)
  const entries = [...all.keys()].map((name): [string, unknown] => {
    const values = all.getAll(name)
    return [name, values.length === 1 ? values[0] : values]
  })
  return describeQueryMistake(Object.fromEntries(entries), listParameters, noParameters)
}

const states = '"waiting", "running", "succeeded", "failed", "withdrawn" or "expired"'

describe('a query parameter of the list of executions', () => {
  it.each([
    ['status=failed', `There is no query parameter "status": write "state", which must be ${states}.`],
    ['State=failed', `There is no query parameter "State": write "state", which must be ${states}.`],
    ['state=FAILED', `The query parameter "state" must be ${states}: write "failed".`],
    ['state=s3cr3t', `The query parameter "state" must be ${states}.`],
    ['state=failed&state=running', 'The query parameter "state" stands there more than once: give it once.'],
    [
      'since=gestern',
      'The query parameter "since" must be a date and time with its zone, such as 2026-11-21T21:54:09Z (a + in it is %2B).',
    ],
    ['page=2', 'There is no query parameter "page": write "after", which is "next" of the page before.'],
    [
      'pageSize=2',
      'There is no query parameter "pageSize": write "limit", which must be a number from 1 to 500.',
    ],
    ['limit=10000', 'The query parameter "limit" must be a number from 1 to 500.'],
    ['limit=ten', 'The query parameter "limit" must be a number from 1 to 500.'],
    ['tenant=a+b', 'The query parameter "tenant" must be 1 to 64 of A-Z a-z 0-9 . _ -.'],
    ['sort=asc', 'There is no query parameter "sort": the newest come first; leave it out.'],
    [
      'errorCode=x',
      'There is no query parameter "errorCode": write "code", which is a code of a reason, such as "connect_refused".',
    ],
    ['frobnicate=1', 'There is no query parameter "frobnicate": leave it out.'],
  ])('is told with what to write: %s', (query, message) => {
    expect(describeMistake(query)).toBe(message)
  })

  it.each([
    '',
    'state=failed&limit=50',
    'since=2026-11-21T21:54:09Z',
    'nodeId=a&host=b&code=c&tenant=d&after=e',
  ])('is taken: %s', (query) => {
    expect(describeMistake(query)).toBeNull()
  })
})
