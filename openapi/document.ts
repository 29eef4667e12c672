import type { JsonSchema } from '../src/http/problems/json-schema.ts'
import { requestIdDescription, requestIdHeader } from '../src/http/problems/request-id.ts'
import type { Example } from './examples.ts'

/** The parts of a document that are changed here. */
interface OpenApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
  readonly paths: Readonly<Record<string, Path>>
}

type Path = Readonly<Record<string, Operation>> & { readonly post?: Operation & OperationWithBody }

interface Operation {
  readonly parameters?: readonly object[]
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>
}

interface OperationWithBody {
  readonly operationId: string
  readonly requestBody: { readonly content: { readonly 'application/json': object } }
}

type Examples = Readonly<Record<string, Example<unknown>>>

/**
 * Adds to an OpenAPI document what @fastify/swagger leaves out: examples by operation, names of branches, and the
 * headers that every route has.
 */
export function completeDocument(raw: object, examples: Readonly<Record<string, Examples>>): object {
  // The routes produce this form. The type of @fastify/swagger allows many others.
  return withRequestIds(withBodyExamples(nameBranches(raw as OpenApiDocument), examples))
}

/**
 * Names each branch of a union with a discriminator, such as `BearerAuth`. Without names a client generator cannot
 * map the values of the discriminator to branches.
 */
function nameBranches(document: OpenApiDocument): OpenApiDocument {
  const { schemas } = document.components
  const renamed = Object.fromEntries(
    Object.entries(schemas).flatMap(([name, schema]) => namedBranches(name, schema)),
  )
  return { ...document, components: { ...document.components, schemas: renamed } }
}

/** Examples cannot be given at the route, because its body is a reference. */
function withBodyExamples(
  document: OpenApiDocument,
  examples: Readonly<Record<string, Examples>>,
): OpenApiDocument {
  const paths = Object.entries(document.paths).map(([url, path]) => {
    if (path.post === undefined) return [url, path]
    const { operationId, requestBody } = path.post
    const media = { ...requestBody.content['application/json'], examples: examples[operationId] }
    const content = { ...requestBody.content, 'application/json': media }
    return [url, { ...path, post: { ...path.post, requestBody: { ...requestBody, content } } }]
  })
  return { ...document, paths: Object.fromEntries(paths) }
}

/**
 * Added here and not at each route: there the header would be validated in every request, but no value is refused.
 */
function withRequestIds(document: OpenApiDocument): object {
  const paths = Object.entries(document.paths).map(([url, path]) => {
    const operations = Object.entries(path).map(([method, operation]) => [method, withRequestId(operation)])
    return [url, Object.fromEntries(operations)]
  })
  return { ...document, paths: Object.fromEntries(paths) }
}

function withRequestId({ parameters = [], responses, ...rest }: Operation): object {
  const withHeader = Object.entries(responses).map(([status, { headers = {}, ...response }]) => [
    status,
    { ...response, headers: { ...headers, [requestIdHeader]: requestIdDescription.reply } },
  ])
  return {
    ...rest,
    parameters: [...parameters, requestIdDescription.parameter],
    responses: Object.fromEntries(withHeader),
  }
}

type NamedSchema = readonly [name: string, schema: object]

function namedBranches(name: string, schema: JsonSchema): readonly NamedSchema[] {
  const { anyOf, discriminator, ...rest } = schema
  if (anyOf === undefined || discriminator === undefined) return [[name, schema]]
  const { propertyName } = discriminator
  const branches = anyOf.map((branch) => {
    const tag = String(branch.properties?.[propertyName]?.enum?.[0])
    return { tag, name: capitalized(tag) + name, schema: branch }
  })
  const referenceTo = (branch: string) => `#/components/schemas/${branch}`
  const union = {
    ...rest,
    oneOf: branches.map((branch) => ({ $ref: referenceTo(branch.name) })),
    discriminator: {
      propertyName,
      mapping: Object.fromEntries(branches.map((branch) => [branch.tag, referenceTo(branch.name)])),
    },
  }
  return [[name, union], ...branches.map((branch): NamedSchema => [branch.name, branch.schema])]
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
