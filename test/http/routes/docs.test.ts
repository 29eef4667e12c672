import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { get, type IncomingMessage, type RequestOptions } from 'node:http'
import { json } from 'node:stream/consumers'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateDocument } from '../../../openapi/documentation.ts'
import { executeExamples, previewExamples } from '../../../openapi/examples.ts'
import document from '../../../openapi/openapi.json' with { type: 'json' }
import replies from '../../../openapi/replies.json' with { type: 'json' }
import { recordReplies } from '../../../openapi/replies.ts'
import validators from '../../../src/http/body/validators.cjs'
import { serviceWithDemoReceiver } from '../../support/demo-receiver.ts'
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

  it('has examples of every body and of every reply, which follow its schemas', () => {
    const bodies = operations.flatMap(({ name, requestBody }) => mediaIn(name, requestBody))
    const replies = operations.flatMap(({ name, responses }) =>
      Object.entries(responses).flatMap(([status, reply]) => mediaIn(`${name} ${status}`, reply)),
    )

    expect(bodies).toHaveLength(4)
    expect(replies.length).toBeGreaterThan(operations.length)
    for (const { name, schema, examples = {} } of [...bodies, ...replies]) {
      expect(Object.keys(examples), name).not.toEqual([])
      for (const { value } of Object.values(examples))
        expect(errorsBy(schema, value), `${name} ${JSON.stringify(value)}`).toEqual([])
    }
  })

  it('shows replies as the service gives them; `npm run openapi` records them', async () => {
    const { url, receiverPort } = await serviceWithDemoReceiver()

    expect(await recordReplies({ url, receiverPort })).toEqual(replies)
  })

  it('prefills no header: all calls of a page would belong to one trace', () => {
    const headers = operations.flatMap(({ parameters = [] }) =>
      parameters.filter((one) => one.in === 'header'),
    )

    expect(new Set(headers.map(({ name }) => name))).toEqual(
      new Set(['traceparent', 'tracestate', 'prefer', 'X-Request-Id']),
    )
    for (const header of headers) expect(JSON.stringify(header)).not.toMatch(/"(?:examples?|default)":/)
  })

  it('accepts the bodies that the service accepts', () => {
    for (const [name, path, examples] of [
      ['ExecuteRequest', '/v1/execute', executeExamples],
      ['PreviewRequest', '/v1/preview', previewExamples],
    ] as const) {
      const { schema } = document.paths[path].post.requestBody.content['application/json']
      const bodies = fc.constantFrom<unknown>(...Object.values(examples).map(({ value }) => value))
      fc.assert(
        fc.property(bodies.chain(slightlyChanged), (body) => {
          expect(errorsBy(schema, body).length === 0).toBe(validators[name]?.(body))
        }),
        { numRuns: 1_000 },
      )
    }
  })

  it('has no default in a schema: generators would demand the member in every request', () => {
    expect(JSON.stringify(document.components.schemas)).not.toMatch(/"default":/)
    expect(document.components.schemas.Node.properties.timeoutMs.description).toMatch(/ Default: `10000`\.$/)
  })

  it('has links that lead to its operations, and to pages of the service', async () => {
    const { url } = await service()
    const links = [...document.info.description.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)

    const anchors = operations.map(({ tags: [tag], operationId }) => `#/${tag}/${operationId}`)
    const served = ['/errors', '/openapi.json']
    expect(new Set(links)).toEqual(
      new Set([...served, ...anchors.filter((anchor) => links.includes(anchor))]),
    )
    for (const path of served) expect((await fetch(url + path)).status, path).toBe(200)
  })

  it('names each form of a field, which exclude each other', () => {
    const { Field, AttributeField, TemplateField, LiteralField } = document.components.schemas
    expect(Field.oneOf).toEqual(
      ['AttributeField', 'TemplateField', 'LiteralField'].map((name) => ({
        $ref: `#/components/schemas/${name}`,
      })),
    )
    for (const form of [AttributeField, TemplateField, LiteralField])
      expect(form.additionalProperties).toBe(false)
  })

  it('names the branches of unions with a discriminator', () => {
    expect(document.components.schemas.Auth).toMatchObject({
      oneOf: [
        { $ref: '#/components/schemas/BearerAuth' },
        { $ref: '#/components/schemas/BasicAuth' },
        { $ref: '#/components/schemas/ApiKeyAuth' },
        { $ref: '#/components/schemas/Oauth2Auth' },
        { $ref: '#/components/schemas/DigestAuth' },
        { $ref: '#/components/schemas/AwsSigV4Auth' },
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

interface Operation {
  readonly name: string
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: WithContent
  readonly responses: Readonly<Record<string, WithContent>>
}

interface WithContent {
  readonly content: Readonly<Record<string, Media>>
}

interface Media {
  readonly schema: object
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries<Omit<Operation, 'name'>>(methods).map(([method, operation]) => ({
    ...operation,
    name: `${method} ${path}`,
  })),
)

function mediaIn(name: string, { content }: WithContent = { content: {} }) {
  return Object.values(content).map((media) => ({ name, ...media }))
}

/** The document is compiled as a whole, as a mock server does it. Formats say how a text looks, and refuse none. */
const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false })
ajv.addSchema({ $id: 'document', components: document.components })

const compiled = new Map<string, ValidateFunction>()

function errorsBy(schema: object, value: unknown): readonly object[] {
  const text = JSON.stringify(schema).replaceAll('"#/', '"document#/')
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text))
  compiled.set(text, validate)
  validate(value)
  return validate.errors ?? []
}

/** The same value with one of its parts removed, replaced, or with a member more. */
function slightlyChanged(value: unknown): fc.Arbitrary<unknown> {
  const part = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom<unknown>('send', 'liquid', 'name', 200, 'a b', '{{ secrets.x }}', [], {}),
  )
  if (typeof value !== 'object' || value === null) return part
  const keys = Object.keys(value)
  const names = fc.constantFrom(...keys, 'literal', 'value', 'source', 'when', 'type', 'x')
  const replaced = (name: string, member: unknown) =>
    Array.isArray(value)
      ? value.map((item, index) => (String(index) === name ? member : item))
      : { ...value, [name]: member }
  const without = (name: string) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(value) },
    { weight: 2, arbitrary: names.map((name) => (Array.isArray(value) ? value : without(name))) },
    { weight: 2, arbitrary: fc.tuple(names, part).map(([name, member]) => replaced(name, member)) },
    {
      weight: 8,
      arbitrary: names.chain((name) =>
        slightlyChanged(Reflect.get(value, name)).map((member) => replaced(name, member)),
      ),
    },
  )
}
