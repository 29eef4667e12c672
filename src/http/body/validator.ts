import validators from './validators.cjs'

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
  const { $id, $ref = $id } = schema as { readonly $id?: string; readonly $ref?: string }
  const validator = $ref === undefined ? undefined : validators[$ref]
  if (validator === undefined) throw new TypeError('a schema was not compiled: run npm run openapi')
  return validator
}

/** Whatever comes there is a text, and no schema asks for more. */
function acceptText(): boolean {
  return true
}
