import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { ajvOptions } from '../../openapi/validators.ts'
import { namedSchemas } from '../../src/contract/schemas.ts'

describe('the schemas', () => {
  it('are JSON Schemas, including those of replies, which nothing else compiles', async () => {
    await expect(compiled(namedSchemas)).resolves.toBeUndefined()
  })

  it('are refused with a mistake in one of them', async () => {
    await expect(compiled([{ $id: 'Mistaken', type: 'object', required: 'name' }])).rejects.toThrow()
  })
})

async function compiled(schemas: readonly object[]): Promise<void> {
  const unlikeFastify = { coerceTypes: false, removeAdditional: false, useDefaults: false }
  const app = Fastify({ ajv: { customOptions: { ...ajvOptions, ...unlikeFastify } } })
  for (const schema of schemas) app.addSchema(schema)
  for (const schema of schemas) {
    const { $id } = schema as { $id: string }
    app.post(`/${$id}`, { schema: { body: { $ref: $id } } }, async () => null)
  }
  await app.ready()
}
