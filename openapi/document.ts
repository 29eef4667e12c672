import type { JsonSchema } from '../src/http/problems/json-schema.ts'
import { requestIdDescription, requestIdHeader } from '../src/http/problems/request-id.ts'
import type { Example } from './examples.ts'

/** What we look at in a document. */
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
 * What @fastify/swagger leaves undone in an OpenAPI document: examples by operation, names for branches, and headers
 * that every route has.
 */
export function completeDocument(raw: object, examples: Readonly<Record<string, Examples>>): object {
  // The document that our routes make; its own type allows for many others.
  return withRequestIds(withBodyExamples(nameBranches(raw as OpenApiDocument), examples))
}

/**
 * Gives each branch of a union with a discriminator a name of its own, such as `BearerAuth`. Without it a generator
 * of clients cannot tell which branch a value of the discriminator means.
 */
function nameBranches(document: OpenApiDocument): OpenApiDocument {
  const { schemas } = document.components
  const renamed = Object.fromEntries(
    Object.entries(schemas).flatMap(([name, schema]) => namedBranches(name, schema)),
  )
  return { ...document, components: { ...document.components, schemas: renamed } }
}

/** A route whose body is a reference has no place for examples. */
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

/** A schema of the header at each route would have it checked with every request, and it never refuses one. */
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
