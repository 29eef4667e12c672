import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import document from '../../../openapi/openapi.json' with { type: 'json' }
import { compileValidators } from '../../../openapi/validators.ts'
import { validatorFor } from '../../../src/http/body/validator.ts'

describe('the validators', () => {
  it('are those of the schemas, as `npm run openapi` writes them', async () => {
    const committed = await readFile(
      new URL('../../../src/http/body/validators.cjs', import.meta.url),
      'utf8',
    )

    expect(compileValidators()).toBe(committed)
  })

  it('are not written for an invalid schema', () => {
    expect(() => compileValidators([{ $id: 'Mistaken', type: 'object', required: 'name' }])).toThrow(
      'required',
    )
  })

  it('are never missing silently', () => {
    const schema = { $id: 'Unheard', type: 'object' }

    expect(() => validatorFor({ schema, httpPart: 'body' })).toThrow('run npm run openapi')
  })

  it('need not look at headers and parts of paths: texts are all that is asked for', () => {
    const schemas = Object.values(document.paths)
      .flatMap((path) =>
        Object.values(path as Record<string, { readonly parameters?: readonly Parameter[] }>),
      )
      .flatMap(({ parameters = [] }) => parameters)
      .filter((parameter) => parameter.in === 'header' || parameter.in === 'path')
      .map((parameter) => parameter.schema)

    expect(schemas.length).toBeGreaterThan(0)
    for (const schema of schemas) expect(schema).toEqual({ type: 'string' })
  })
})

interface Parameter {
  readonly in: string
  readonly schema: object
}
