import { Ajv, type Options } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { readId } from '../src/contract/builders.ts'
import { namedSchemas, validatedSchemas } from '../src/contract/schemas.ts'

/** How schemas are compiled: a value is what its schema says or it is refused. */
export const ajvOptions: Options = {
  // One error decides, and its text is never shown. What is wrong with the whole body is found afterwards, with a bound.
  allErrors: false,
  messages: false,
  allowUnionTypes: true,
  keywords: ['discriminator'],
  // One function for a schema takes less than copies of it.
  inlineRefs: false,
  code: { source: true },
}

/** The text of `src/http/body/validators.cjs`: a function for each schema that is validated, by its name. */
export function compileValidators(schemas: readonly object[] = validatedSchemas): string {
  const ajv = new Ajv(ajvOptions)
  for (const schema of new Set([...namedSchemas, ...schemas])) ajv.addSchema(schema)
  const names = schemas.map(readId)
  const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
  return `// Written by npm run openapi.\n${inLines(code)}\n`
}

/** One line for each schema and each function. */
function inLines(code: string): string {
  return code.replace(/(?<=[;}])(?=(?:function validate|const schema)\d+\b)/g, '\n')
}
