import { condition, status, text } from './examples.ts'
import { statusClass } from './expectation-like.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'

export const expectationMembers: ForeignMembers = {
  When: [
    {
      words: 'failure failures error errors errorCode failureCode',
      says: 'a failure is a type',
      example: { type: 'failure', value: 'response_timeout' },
      covers: ['type', 'value'],
    },
  ],
  Expectation: [
    { words: 'kind mode check rule matchBy by', is: 'type' },
    {
      words: 'status statusCode statusCodes statuses code codes httpStatus httpCode expectedStatus',
      example: status,
      covers: ['type', 'value'],
    },
    {
      words: 'contains text string body bodyContains includes substring responseContains',
      example: text,
      covers: ['type', 'value'],
    },
    {
      words: 'equals equal exact',
      example: { ...text, match: 'equals' },
      covers: ['type', 'value'],
    },
    {
      words: 'notContains excludes',
      example: { ...text, match: 'notContains' },
      covers: ['type', 'value'],
    },
    {
      words: 'condition expression if liquid when json jsonPath path field pointer',
      example: condition,
      covers: ['type', 'value'],
    },
    {
      words: 'header headers',
      says: 'headers have lower-case names in a condition',
      example: { type: 'condition', value: 'response.headers.x-state == "ok"' },
      covers: ['type', 'value'],
    },
    {
      words: 'not none noneOf isNot notEqual notEquals except',
      says: 'what must not be is a condition',
      example: { type: 'condition', value: 'response.status != 409' },
      covers: ['type', 'value'],
    },
    {
      words: 'regex regexp pattern matches',
      says: 'there are no regular expressions',
      example: text,
      covers: ['type', 'value'],
    },
    {
      words: 'caseSensitive caseInsensitive',
      says: 'upper and lower case differ without it',
      example: { ignoreCase: true },
    },
    {
      words: 'all allOf and every',
      says: '"expect" takes a list, of which all must hold; write it in [ and ] without this member',
      covers: ['type', 'value'],
    },
    {
      words: 'any anyOf or oneOf some',
      says: 'one of several is a condition, or a list of statuses',
      example: { type: 'condition', value: 'response.json.a == 1 or response.json.b == 2' },
      covers: ['type', 'value'],
    },
    {
      words: 'min max from to range',
      says: 'a range of statuses is written as a class',
      example: (value) => ({ type: 'status', value: statusClass(value) }),
      covers: ['type', 'value'],
    },
    { words: 'values expected', is: 'value' },
    { words: 'comparison comparator', is: 'match' },
  ],
  'Expectation(status)': [
    { words: 'status statusCode statusCodes statuses code codes httpStatus expectedStatus', is: 'value' },
    {
      words: 'min max from to',
      says: 'a range is written as a class',
      example: (value) => ({ value: statusClass(value) }),
      covers: ['value'],
    },
    { words: 'operator match', says: 'a status is one of "value"; leave it out' },
  ],
  'Expectation(string)': [
    { words: 'text string contains body substring content', is: 'value' },
    { words: 'operator mode method', is: 'match' },
  ],
  'Expectation(condition)': [
    { words: 'condition expression if liquid', is: 'value' },
    { words: 'operator match', says: 'the condition itself compares', example: condition },
  ],
}

export const caseMembers: ForeignMembers = {
  Case: [
    { words: 'name label output result then next target goto', is: 'branch' },
    { words: 'if condition expect match matches on rule equals', is: 'when' },
    {
      words: 'status statusCode statusCodes statuses code codes httpStatus',
      says: 'it belongs into "when"',
      example: (value) => ({ when: status(value) }),
      covers: ['when'],
    },
    {
      words: 'contains text body string includes',
      says: 'it belongs into "when"',
      example: { when: text },
      covers: ['when'],
    },
    {
      words: 'failure failures error errors errorCode failureCode',
      says: 'it belongs into "when"',
      example: { when: { type: 'failure', value: 'response_timeout' } },
      covers: ['when'],
    },
    {
      words: 'type value',
      says: 'it belongs into "when"',
      example: { when: { type: 'status', value: 404 } },
      covers: ['when'],
    },
    { words: 'success ok isSuccess successful', is: 'succeeded' },
    {
      words: 'else default otherwise fallback',
      says: 'there is no default case: without a case that holds the branch is "success", or that of "onError"; leave out this case',
      covers: ['when'],
    },
  ],
}

export const expectationWords: ForeignWords = {
  'When.type': [{ words: 'error errors failed fails failureCode fault exception', is: 'failure' }],
  'Expectation.type': [
    { words: 'statusCode httpStatus httpStatusCode code responseCode responseStatus', is: 'status' },
    { words: 'text contains body responseBody bodyContains substring responseText bodyString', is: 'string' },
    { words: 'expression liquid json jsonPath if script feel', is: 'condition' },
    {
      words: 'responseTime time duration latency maxTime elapsed',
      says: 'how long an answer may take is "timeoutMs" of the node',
    },
    {
      words: 'cookie cookies setCookie',
      says: 'a cookie is in a header: { "type": "condition", "value": "response.headers.set-cookie contains \'sid=\'" }',
    },
    { words: 'schema jsonSchema', says: 'there are no schemas: a condition compares values' },
  ],
  'Expectation.match': [
    { words: 'includes contain has substring', is: 'contains' },
    { words: 'excludes doesNotContain notIncludes', is: 'notContains' },
    { words: 'equal exact exactly is eq', is: 'equals' },
    {
      words: 'regex regexp pattern startsWith endsWith',
      says: 'a condition can do more: { "type": "condition", "value": "response.body contains \'x\'" }',
    },
  ],
}
