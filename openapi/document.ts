import type { JsonSchema } from '../src/http/problems/json-schema.ts'
import { requestIdDescription, requestIdHeader } from '../src/http/problems/request-id.ts'
import { describeSchemas } from './document-schemas.ts'
import type { Example } from './examples.ts'

/** The parts of a document that are changed here. */
interface OpenApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
  readonly paths: Readonly<Record<string, Path>>
}

type Path = Readonly<Record<string, Operation>> & { readonly post?: Operation & Partial<OperationWithBody> }

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly object[]
  readonly responses: Readonly<Record<string, Response>>
}

interface Response {
  readonly headers?: object
  readonly content?: Readonly<Record<string, object>>
}

interface OperationWithBody {
  readonly requestBody: { readonly content: { readonly 'application/json': object } }
}

type Examples = Readonly<Record<string, Example<unknown>>>

/** Examples by operation. */
export interface DocumentExamples {
  readonly bodies: Readonly<Record<string, Examples>>
  /** Of replies with status 200; of another one with the status behind the operation. */
  readonly replies: Readonly<Record<string, Examples>>
}

/**
 * Adds to an OpenAPI document what @fastify/swagger leaves out: examples by operation, schemas as clients of the API
 * read them, and the headers that every route has.
 */
export function completeDocument(raw: object, { bodies, replies }: DocumentExamples): object {
  // The routes produce this form. The type of @fastify/swagger allows many others.
  const document = raw as OpenApiDocument
  const schemas = describeSchemas(document.components.schemas)
  const described = { ...document, components: { ...document.components, schemas } }
  return withRequestIds(withReplyExamples(withBodyExamples(described, bodies), replies))
}

/** Examples cannot be given at the route, because its body is a reference. */
function withBodyExamples(
  document: OpenApiDocument,
  examples: Readonly<Record<string, Examples>>,
): OpenApiDocument {
  const paths = Object.entries(document.paths).map(([url, path]) => {
    if (path.post?.requestBody === undefined) return [url, path]
    const { operationId, requestBody } = path.post
    const media = { ...requestBody.content['application/json'], examples: examples[operationId] }
    const content = { ...requestBody.content, 'application/json': media }
    return [url, { ...path, post: { ...path.post, requestBody: { ...requestBody, content } } }]
  })
  return { ...document, paths: Object.fromEntries(paths) }
}

/** The first example is what a mock server answers. Those of another status than 200 have it behind the operation. */
function withReplyExamples(
  document: OpenApiDocument,
  examples: Readonly<Record<string, Examples>>,
): OpenApiDocument {
  return mapOperations(document, (operation) => {
    const responses = Object.entries(operation.responses).map(([status, response]) => {
      const found = examples[status === '200' ? operation.operationId : `${operation.operationId} ${status}`]
      return [status, found === undefined ? response : withExamples(response, found)]
    })
    return { ...operation, responses: Object.fromEntries(responses) }
  })
}

function withExamples(response: Response, examples: Examples): Response {
  const content = Object.entries(response.content ?? {}).map(([type, media]) => [
    type,
    { ...media, examples },
  ])
  return { ...response, content: Object.fromEntries(content) }
}

/**
 * Added here and not at each route: there the header would be validated in every request, but no value is refused.
 */
function withRequestIds(document: OpenApiDocument): object {
  return mapOperations(document, withRequestId)
}

function mapOperations(
  document: OpenApiDocument,
  change: (operation: Operation) => Operation,
): OpenApiDocument {
  const paths = Object.entries(document.paths).map(([url, path]) => {
    const operations = Object.entries(path).map(([method, operation]) => [method, change(operation)])
    return [url, Object.fromEntries(operations)]
  })
  return { ...document, paths: Object.fromEntries(paths) }
}

const requestIdReply = { ...requestIdDescription.reply, example: '0ea1d8cb-60ba-4d1a-a9ff-3b7ad7f3b7c1' }

function withRequestId({ parameters = [], responses, ...rest }: Operation): Operation {
  const withHeader = Object.entries(responses).map(([status, { headers = {}, ...response }]) => [
    status,
    { ...response, headers: { ...headers, [requestIdHeader]: requestIdReply } },
  ])
  return {
    ...rest,
    parameters: [...parameters, requestIdDescription.parameter],
    responses: Object.fromEntries(withHeader),
  }
}
