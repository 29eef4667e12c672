import { restSchemaNames } from '../../contract/schemas.ts'
import validators from './validators.cjs'

/** A body whose node is in the cache, and whose rest follows its schema. */
export class SoundBody {}

interface ValidatedPart {
  readonly schema: unknown
  readonly httpPart?: string
}

/**
 * Returns the precompiled validator of a schema (docs/decisions/precompiled-validators.md). A value follows its
 * schema or it is refused: nothing is converted, dropped or filled in.
 */
export function validatorFor({ schema, httpPart }: ValidatedPart) {
  if (httpPart === 'headers' || httpPart === 'params') return acceptText
  const validator = findValidator(readSchemaName(schema))
  return httpPart === 'body' ? sparingSoundBodies(validator) : validator
}

/** Whether the members of a body beside the node follow the schema of the route. */
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

/** Path parameters and headers are strings, and no schema demands more of them. */
function acceptText(): boolean {
  return true
}
