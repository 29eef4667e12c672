import type { Static } from 'typebox'
import { closedObject, oneOfWords, readId } from './builders.ts'
import { ExecuteRequest, ExecuteRest, executionSchemas, PreviewRequest, PreviewRest } from './execution.ts'
import { nodeSchemas } from './node.ts'
import { Payload } from './payload.ts'
import { problemCodes } from './problem-codes.ts'
import { statisticsSchemas, tenantQuery } from './statistics.ts'
import { Type } from './typebox.ts'

/** One thing that is wrong with a request. */
const Offender = closedObject(
  {
    path: Type.String({
      description:
        'JSON Pointer into the request body, or into the query where there is no body; empty for the body as a whole.',
      examples: ['/node/url'],
    }),
    message: Type.String({ description: 'What is wrong and what is allowed.' }),
  },
  { description: 'One thing that is wrong.' },
)

/** Why the service did not do its job (RFC 9457). What a target did is never one of these. */
export const Problem = closedObject(
  {
    type: Type.String({
      description: 'Names the kind of problem.',
      examples: ['urn:webhook-node:problem:invalid_request'],
    }),
    title: Type.String({ description: 'The kind of problem in words.' }),
    status: Type.Integer({ description: 'The HTTP status.', examples: [400] }),
    detail: Type.String({ description: 'What happened this time.' }),
    instance: Type.String({
      description:
        'Names this occurrence by the X-Request-Id of the reply, percent-encoded. The log has it as `requestId`.',
      examples: ['urn:webhook-node:request:0ea1d8cb-60ba-4d1a-a9ff-3b7ad7f3b7c1'],
    }),
    code: oneOfWords(problemCodes, { description: 'Stable name of the problem.' }),
    delivered: oneOfWords(['no', 'maybe'], {
      description: 'Whether the target may have got a request all the same.',
    }),
    retryable: Type.Boolean({
      description: 'Whether sending the same again is safe and may help.',
    }),
    executionId: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'The execution that it happened in, or null.',
    }),
    errors: Type.Array(Offender, { description: 'Everything that is wrong with the request, by its place.' }),
  },
  { $id: 'Problem', description: 'Why the service did not do its job, as of RFC 9457.' },
)

/** Why the service did not do its job. */
export type Problem = Static<typeof Problem>

/** What a health probe is told. */
export const Health = closedObject(
  {
    status: oneOfWords(['ok', 'draining'], {
      description: '`draining`: the service ends what it has begun and takes no new work.',
    }),
  },
  { $id: 'Health', description: 'The state of the process.' },
)

/** Every schema that a route or another schema refers to by name. */
export const namedSchemas = [
  ...nodeSchemas,
  Payload,
  ...executionSchemas,
  ...statisticsSchemas,
  Problem,
  Health,
] as const

/** Every schema that requests are held against. Headers and parts of a path are texts, of which none asks for more. */
export const validatedSchemas = [
  ExecuteRequest,
  PreviewRequest,
  ExecuteRest,
  PreviewRest,
  tenantQuery(''),
] as const

/** By the name of the schema of a body with a node, that of the schema of all but the node. */
export const restSchemaNames: ReadonlyMap<string, string> = new Map([
  [readId(ExecuteRequest), readId(ExecuteRest)],
  [readId(PreviewRequest), readId(PreviewRest)],
])
