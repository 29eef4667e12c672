import Schema from 'typebox/schema'
import document from '../../openapi/openapi.json' with { type: 'json' }

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/**
 * Holds a reply against the OpenAPI document, so that every test of the service also tests the document. Throws
 * where the document says something else, or nothing.
 */
export function checkReply(method: string, path: string, { status, headers, body }: Reply): void {
  const [pathname = ''] = path.split('?')
  const mediaType = headers.get('content-type')?.split(';')[0] ?? ''
  const reference = findReference(pathname, method, status, mediaType)
  if (reference === undefined)
    throw new Error(`the OpenAPI document has no ${mediaType} for ${method} ${pathname} ${status}`)
  const [isValid, errors] = createValidator(reference).Errors(body)
  if (isValid) return
  const problem = JSON.stringify({ errors, body }, null, 2)
  throw new Error(`${method} ${path} ${status} is not what the OpenAPI document says: ${problem}`)
}

type Operations = Readonly<Record<string, Operation>>

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content: Content }>>
}

type Content = Readonly<
  Record<string, { readonly schema: { readonly $ref?: string; readonly type?: string } }>
>

function findReference(
  pathname: string,
  method: string,
  status: number,
  mediaType: string,
): string | undefined {
  const operation = operationsAt(pathname)?.[method.toLowerCase()]
  // Of routes and methods that do not exist it speaks in its description only.
  if (operation === undefined && mediaType === 'application/problem+json' && [404, 405].includes(status))
    return problem
  return operation?.responses[status]?.content[mediaType]?.schema.$ref
}

function operationsAt(pathname: string): Operations | undefined {
  const paths: Readonly<Record<string, Operations>> = document.paths
  const own = paths[pathname]
  if (own !== undefined) return own
  const template = Object.keys(paths).find((path) =>
    new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  )
  return template === undefined ? undefined : paths[template]
}

const problem = '#/components/schemas/Problem'

const validators = new Map<string, Schema.Validator>()

function createValidator(reference: string): Schema.Validator {
  const known = validators.get(reference)
  if (known !== undefined) return known
  const validator = Schema.Compile({ components: document.components, $ref: reference })
  validators.set(reference, validator)
  return validator
}
