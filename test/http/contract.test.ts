import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { ajvOptions } from '../../src/http/app.ts'
import { namedSchemas } from '../../src/http/contract.ts'

describe('the schemas', () => {
  it('are JSON Schemas, which the service takes for granted when it starts', async () => {
    await expect(compiled(namedSchemas)).resolves.toBeUndefined()
  })

  it('would be refused here with a mistake', async () => {
    await expect(compiled([{ $id: 'Mistaken', type: 'object', required: 'name' }])).rejects.toThrow()
  })
})

async function compiled(schemas: readonly object[]): Promise<void> {
  const app = Fastify({ ajv: { customOptions: { ...ajvOptions, validateSchema: true } } })
  for (const schema of schemas) app.addSchema(schema)
  for (const schema of schemas) {
    const { $id } = schema as { $id: string }
    app.post(`/${$id}`, { schema: { body: { $ref: $id } } }, async () => null)
  }
  await app.ready()
}
