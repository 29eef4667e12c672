import { Ajv, type Options } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { readId } from '../src/contract/builders.ts'
import { namedSchemas, validatedSchemas } from '../src/contract/schemas.ts'

/** A value follows its schema or it is refused: nothing is converted, dropped or filled in. */
export const ajvOptions: Options = {
  // One error is enough to refuse, and its text is not shown. Afterwards `findSchemaErrors` explains the body, with a
  // bound.
  allErrors: false,
  messages: false,
  allowUnionTypes: true,
  keywords: ['discriminator'],
  // One function per schema is smaller than inlined copies.
  inlineRefs: false,
  code: { source: true },
}

/** Compiles the text of `src/http/body/validators.cjs`: one function per validated schema, by name. */
export function compileValidators(schemas: readonly object[] = validatedSchemas): string {
  const ajv = new Ajv(ajvOptions)
  for (const schema of new Set([...namedSchemas, ...schemas])) ajv.addSchema(schema)
  const names = schemas.map(readId)
  const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
  return `// Written by npm run openapi.\n${inAscii(inLines(code))}\n`
}

/** One line per schema and function, so that diffs are readable. */
function inLines(code: string): string {
  return code.replace(/(?<=[;}])(?=(?:function validate|const schema)\d+\b)/g, '\n')
}

/** Everything beyond ASCII is in strings. V8 keeps a source that has more than Latin-1 at two bytes a character. */
function inAscii(code: string): string {
  return code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
