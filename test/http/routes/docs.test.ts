import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { get, type IncomingMessage, type RequestOptions } from 'node:http'
import { json } from 'node:stream/consumers'
import Schema from 'typebox/schema'
import { describe, expect, it } from 'vitest'
import { generateDocument } from '../../../openapi/documentation.ts'
import document from '../../../openapi/openapi.json' with { type: 'json' }
import { service } from '../../support/service.ts'

type JsonObject = Readonly<Record<string, unknown>>

describe('the OpenAPI document', () => {
  const readCommitted = () => readFile(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')

  it('says what the schemas of the routes say; `npm run openapi` writes it', async () => {
    const generated = await generateDocument()

    expect(`${JSON.stringify(generated, null, 2)}\n`).toBe(await readCommitted())
  })

  it('is served as it is committed', async () => {
    const { url } = await service()

    const served = await fetch(`${url}/openapi.json`)

    expect(served.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await served.text()).toBe(await readCommitted())
  })

  it('describes every member of every schema', () => {
    const undescribed = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      membersWithoutDescription(schema, name),
    )

    expect(undescribed).toEqual([])
  })

  it('has examples of bodies that are what it describes', () => {
    for (const { post } of [document.paths['/v1/execute'], document.paths['/v1/preview']]) {
      const { schema, examples } = post.requestBody.content['application/json']
      const validator = Schema.Compile({ components: document.components, ...schema })
      for (const [name, { value }] of Object.entries(examples))
        expect(validator.Errors(value), name).toEqual([true, []])
    }
  })

  it('has an example of every problem, which is what it describes', () => {
    const validator = Schema.Compile({
      components: document.components,
      $ref: '#/components/schemas/Problem',
    })
    const problems = Object.values(document.paths['/v1/execute'].post.responses).flatMap(({ content }) =>
      'application/problem+json' in content
        ? Object.values<{ value: unknown }>(content['application/problem+json'].examples)
        : [],
    )

    expect(problems).toHaveLength(8)
    for (const { value } of problems) expect(validator.Errors(value)).toEqual([true, []])
  })

  it('names the branches of unions with a discriminator', () => {
    expect(document.components.schemas.Auth).toMatchObject({
      oneOf: [
        { $ref: '#/components/schemas/BearerAuth' },
        { $ref: '#/components/schemas/BasicAuth' },
        { $ref: '#/components/schemas/ApiKeyAuth' },
      ],
      discriminator: { propertyName: 'type', mapping: { apiKey: '#/components/schemas/ApiKeyAuth' } },
    })
  })
})

describe('the API page', () => {
  it('works over plain http from another host: nothing upgrades it, and all it loads is our own', async () => {
    const { url } = await service()

    const response = await fetch(`${url}/docs/`)

    const page = await response.text()
    expect(response.headers.get('content-security-policy')).toBeNull()
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
    expect(loaded.length).toBeGreaterThan(3)
    for (const address of loaded) {
      expect(address).toMatch(/^\.\/static\//)
      const file = await fetch(new URL(address, `${url}/docs/`))
      expect(file.status).toBe(200)
      await file.bytes()
    }
  })

  it('shows the document, with keys to enter', async () => {
    const { url } = await service()

    const shown = await (await fetch(`${url}/docs/json`)).json()

    expect(shown).toMatchObject({
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      paths: { '/v1/execute': { post: { security: [{ apiKey: [] }] } } },
    })
  })
})

describe('the routes of the API page', () => {
  it.each([
    '/docs/none',
    '/docs/static/none.js',
    '/docs/static/../../v1/nodes',
    '/docs/static/%2e%2e/package.json',
  ])('lead to nothing else: GET %s', async (path) => {
    const { url } = await service()

    const response = await responseTo(url, { path })

    expect(response.statusCode).toBe(404)
    expect(await json(response)).toMatchObject({ code: 'not_found' })
  })

  it('let a browser keep the files', async () => {
    const { url } = await service()
    const path = '/docs/static/logo.svg'
    const { etag = '' } = (await responseTo(url, { path })).headers

    const again = await responseTo(url, { path, headers: { 'if-none-match': etag } })

    expect(again.statusCode).toBe(304)
  })

  it('refuse a range behind the end of a file like a malformed request', async () => {
    const { url } = await service()

    const response = await fetch(`${url}/docs/static/logo.svg`, { headers: { range: 'bytes=9999999-' } })

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request' })
  })
})

/** As it came: `fetch` would tidy the path, and ask for a file that it has not kept. */
async function responseTo(url: string, options: RequestOptions): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { ...options, agent: false }), 'response')) as [IncomingMessage]
  return response
}

/** Paths of members without a description, references and branches of unions apart. */
function membersWithoutDescription(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const {
    properties = {},
    anyOf = [],
    items,
  } = schema as {
    properties?: Readonly<Record<string, JsonObject>>
    anyOf?: readonly unknown[]
    items?: unknown
  }
  return [
    ...Object.entries(properties).flatMap(([name, member]) => [
      ...('description' in member || '$ref' in member ? [] : [`${path}.${name}`]),
      ...membersWithoutDescription(member, `${path}.${name}`),
    ]),
    ...anyOf.flatMap((branch) => membersWithoutDescription(branch, path)),
    ...membersWithoutDescription(items, `${path}[]`),
  ]
}
