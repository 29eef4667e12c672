import { restSchemaNames } from '../../contract/schemas.ts'
import validators from './validators.cjs'

/** A body whose node the cache has, and whose rest follows its schema. */
export class SoundBody {}

/** A part of a request, and what a route says of it. */
interface ValidatedPart {
  readonly schema: unknown
  readonly httpPart?: string
}

/**
 * Finds what was compiled beforehand: compiling it at each start takes a third of the time until the service is ready,
 * and ten megabytes. A value is what its schema says or it is refused: nothing is converted, dropped or filled in.
 */
export function validatorFor({ schema, httpPart }: ValidatedPart) {
  if (httpPart === 'headers' || httpPart === 'params') return acceptText
  const validator = findValidator(readSchemaName(schema))
  return httpPart === 'body' ? sparingSoundBodies(validator) : validator
}

/** Whether the rest of a body follows the schema of its route, apart from the node. */
export function isRestSound(bodySchema: unknown, rest: unknown): boolean {
  const name = restSchemaNames.get(readSchemaName(bodySchema) ?? '')
  return name !== undefined && findValidator(name)(rest)
}

function readSchemaName(schema: unknown): string | undefined {
  const { $id, $ref = $id } = schema as { readonly $id?: string; readonly $ref?: string }
  return $ref
}

function findValidator(name: string | undefined) {
  const validator = name === undefined ? undefined : validators[name]
  if (validator === undefined) throw new TypeError('a schema was not compiled: run npm run openapi')
  return validator
}

function sparingSoundBodies(validator: ReturnType<typeof findValidator>) {
  function validate(body: unknown): boolean {
    if (body instanceof SoundBody) return true
    const isSound = validator(body)
    validate.errors = validator.errors
    return isSound
  }
  validate.errors = validator.errors
  return validate
}

/** Whatever comes there is a text, and no schema asks for more. */
function acceptText(): boolean {
  return true
}
