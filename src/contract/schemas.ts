import type { Static } from 'typebox'
import { closedObject, oneOfWords, readId } from './builders.ts'
import { connectionSchemas } from './connection.ts'
import { durableSchemas, ListQuery, RedriveRequest, SubmitRequest } from './durable.ts'
import { ExecuteRequest, ExecuteRest, executionSchemas, PreviewRequest, PreviewRest } from './execution.ts'
import { nodeSchemas } from './node.ts'
import { Payload } from './payload.ts'
import { problemCodes } from './problem-codes.ts'
import { statisticsSchemas, tenantQuery } from './statistics.ts'
import { Type } from './typebox.ts'

const Offender = closedObject(
  {
    path: Type.String({
      description:
        'A JSON Pointer into the request body, or into the query if the request has no body. Empty for the body as a whole.',
      examples: ['/node/url'],
    }),
    message: Type.String({ description: 'What is wrong, and what is allowed.' }),
  },
  { description: 'One mistake in the request.' },
)

/** A failure of the target is never a problem: it is a reply with status 200 and a branch. */
export const Problem = closedObject(
  {
    type: Type.String({
      description:
        'The page that explains `code`: a path of this service or, with `DOCS_BASE_URL`, an address.',
      examples: ['/errors/invalid_request'],
    }),
    title: Type.String({ description: 'The kind of problem, in words.' }),
    status: Type.Integer({ description: 'The HTTP status of the reply.', examples: [400] }),
    detail: Type.String({ description: 'What happened in this case.' }),
    instance: Type.String({
      description:
        'The URN of this occurrence. It ends in the percent-encoded X-Request-Id of the reply, which the log has as `requestId`.',
      examples: ['urn:webhook-node:request:0ea1d8cb-60ba-4d1a-a9ff-3b7ad7f3b7c1'],
    }),
    code: oneOfWords(problemCodes, { description: 'The stable name of the problem.' }),
    delivered: oneOfWords(['no', 'maybe'], {
      description: 'Whether the target may have got the request.',
    }),
    retryable: Type.Boolean({
      description: 'Whether the client may send the same request again, and that may help.',
    }),
    repeat: oneOfWords(['safe', 'if_idempotent', 'never'], {
      description:
        'Whether to send the same request again, as in a reply. `safe`: it cannot duplicate anything and may help, which is `retryable`. `if_idempotent`: it may duplicate. `never`: change something first.',
    }),
    executionId: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'The execution in which the problem occurred, or null.',
    }),
    errors: Type.Array(Offender, {
      description:
        'All mistakes that can be seen, each with what to write instead; at most the first hundred. What an error tells to write anew, and what stands behind the first mistake of a body that is no JSON or of a template, is checked with the next request.',
    }),
  },
  {
    $id: 'Problem',
    description: 'Why the service refused or failed a request, as a problem document (RFC 9457).',
  },
)

export type Problem = Static<typeof Problem>

export const Health = closedObject(
  {
    status: oneOfWords(['ok', 'draining', 'store_lost'], {
      description:
        '`ok`: the service accepts work. `draining`: it finishes running work and accepts no new work. `store_lost`: the file of its store was deleted or replaced, and it has to be started again.',
    }),
  },
  { $id: 'Health', description: 'The reply to a health probe.' },
)

/** All schemas that a route or another schema refers to by `$id`. */
export const namedSchemas = [
  ...nodeSchemas,
  Payload,
  ...executionSchemas,
  ...durableSchemas,
  ...statisticsSchemas,
  ...connectionSchemas,
  Problem,
  Health,
] as const

/**
 * The schemas that requests are validated against. Headers and path parameters need none: the service accepts any text
 * there.
 */
export const validatedSchemas = [
  ExecuteRequest,
  PreviewRequest,
  ExecuteRest,
  PreviewRest,
  SubmitRequest,
  RedriveRequest,
  ListQuery,
  tenantQuery(''),
] as const

/** The `$id` of the schema of a whole body, to that of the schema of the same body without its node. */
export const restSchemaNames: ReadonlyMap<string, string> = new Map([
  [readId(ExecuteRequest), readId(ExecuteRest)],
  [readId(PreviewRequest), readId(PreviewRest)],
])
