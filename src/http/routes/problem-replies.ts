import { named } from '../../contract/builders.ts'
import { problems } from '../../contract/problem-codes.ts'
import { Problem } from '../../contract/schemas.ts'
import { lacksRight } from '../clients/access.ts'
import { refuseFor } from '../limits/reached-limit.ts'
import { refuseKey, storeMissing, storeUnavailable, storeUnreadable } from '../problems/key-refusal.ts'
import { createProblem, Refusal, whatIsWrong } from '../problems/problem.ts'

const requestId = '0ea1d8cb-60ba-4d1a-a9ff-3b7ad7f3b7c1'

const exampleId = '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11'

const retryAfter = {
  type: 'string',
  pattern: '^[0-9]+$',
  description: 'Seconds after which to try again.',
  examples: ['1'],
}

/** The problem of every route, for the OpenAPI document. */
export const malformedReply = {
  400: problemReply(
    'The request is not well-formed HTTP.',
    new Refusal('invalid_request', 'The request is malformed.'),
  ),
}

/** The problems of every route that takes a body, each with an example, for the OpenAPI document. */
export const problemReplies = {
  400: problemReply(
    'The request does not match this document; nothing was sent.',
    new Refusal('invalid_request', whatIsWrong, {
      errors: [
        { path: '/node/url', message: 'missing; must be a string such as "https://host/path"' },
        { path: '/node/timeoutMS', message: 'unknown member; did you mean "timeoutMs"?' },
        {
          path: '/node/headers',
          message:
            'must be an array of {"name", "value"}, not an object; write "headers": [{ "name": "X-Flow", "value": "…" }]',
        },
      ],
    }),
  ),
  401: {
    ...problemReply(
      'The request carries no valid key; nothing was sent.',
      new Refusal('unauthorized', 'The key is not known to this service.'),
    ),
    headers: {
      'WWW-Authenticate': { type: 'string', description: 'How to authenticate.', examples: ['Bearer'] },
    },
  },
  403: problemReply(
    'The client lacks the right to execute, or may not name this tenant; nothing was sent.',
    lacksRight({ name: 'dashboard' }, 'execute'),
  ),
  413: problemReply(
    'The request body is larger than the setting MAX_REQUEST_BYTES; nothing was sent.',
    new Refusal('payload_too_large', 'The request body is larger than this service accepts.'),
  ),
  415: problemReply(
    'The request body is not JSON, or it has a content coding; nothing was sent.',
    new Refusal('unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.'),
  ),
  429: {
    ...problemReply(
      'The client or the tenant has used up its share of the capacity; nothing was sent.',
      refuseFor({ limit: 'client', of: 'slots' }, { client: 'engine', tenant: null }),
    ),
    headers: { 'Retry-After': retryAfter },
  },
  503: {
    ...problemReply(
      'The service accepts no more work at the moment; nothing was sent.',
      new Refusal('overloaded', 'The service is shutting down.'),
    ),
    headers: { 'Retry-After': retryAfter },
  },
  500: problemReply(
    'A bug of this service; something may have been sent.',
    new Refusal(
      'internal',
      `Unexpected error. Look for this request id in the log of the service: ${requestId}.`,
    ),
  ),
}

/** The problems of a request with an idempotency key, where the service has a store. */
export const keyReplies = {
  409: {
    ...problemReply(
      'An execution with the same `idempotencyKey` has not ended.',
      refuseKey({ kind: 'in_progress', executionId: exampleId, retryAfterMs: 0 }),
    ),
    headers: { 'Retry-After': retryAfter },
  },
  422: problemReply(
    'An execution with the same `idempotencyKey` has another node or payload.',
    refuseKey({
      kind: 'key_reused',
      executionId: exampleId,
      delivered: 'maybe',
      errors: [
        {
          path: '/payload',
          message: 'differs from the payload of the execution that has this idempotencyKey',
        },
      ],
    }),
  ),
}

/** The problems of durable executions. */
export const durableReplies = {
  501: problemReply('The service has no store.', storeMissing()),
  503: {
    ...problemReply('The store cannot be reached, or the service is shutting down.', storeUnavailable()),
    headers: { 'Retry-After': retryAfter },
  },
}

/** The same of what is there already: it goes on. */
export const storedReplies = {
  501: durableReplies[501],
  503: { ...durableReplies[503], ...problemReply(durableReplies[503].description, storeUnreadable()) },
}

/** The problems of every route that only reads. */
export const readingReplies = {
  401: problemReplies[401],
  403: problemReply(
    'The client lacks the right to read, or may not name this tenant.',
    lacksRight({ name: 'engine' }, 'read'),
  ),
  500: problemReplies[500],
}

/** The problems of a route that have one status, each with an example, for the OpenAPI document. */
export function problemReply(description: string, ...refusals: readonly Refusal[]) {
  const examples = Object.fromEntries(
    refusals.map((refusal) => [
      refusal.code,
      { summary: problems[refusal.code].title, value: createProblem(refusal, requestId, '') },
    ]),
  )
  return { description, content: { 'application/problem+json': { schema: named(Problem), examples } } }
}
