import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCallbacks } from '../../src/connections/read-callbacks.ts'
import { explainInvalidCallback } from '../../src/http/problems/invalid-connection.ts'
import { testFiles } from '../support/files.ts'

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

async function read(entry: object) {
  const own = { url: 'https://engine.example/{{ token }}', secret, ...entry }
  return readText(JSON.stringify({ engine: own }))
}

async function readText(text: string) {
  const files = await testFiles({ 'callbacks.json': text })
  return readCallbacks({
    file: join(files.path, 'callbacks.json'),
    findSchemaErrors: explainInvalidCallback,
  })
}

describe('a file that is not what it should be says what to write instead', () => {
  it.each([
    [
      'a comma before the end',
      `{"engine":{"url":"https://e.example","secret":"a",}}`,
      'remove the comma before the "}"',
    ],
    ['another quotation mark', `{'engine':{}}`, 'texts and names have straight double quotes'],
    ['a comment', `{ // engine\n}`, 'JSON has no comments, remove it'],
    ['an end that is missing', `{"engine":{`, 'the end is missing'],
    ['a list', '[]', 'as in { "engine": { "url": "https://engine.example/webhook-node"'],
  ])('%s', async (_what, text, message) => {
    const found = await readText(text)

    expect(found.ok ? [] : found.problems).toEqual([expect.stringContaining(message)])
  })
})

const json = (text: string) => ({ body: { structure: 'json', content: { a: text } } })

describe('a callback that can never be rendered is refused at its place', () => {
  it.each([
    [{ url: 'https://engine.example/{{ tokn }}' }, '/engine/url', 'Did you mean "token"?'],
    [{ url: 'https://engine.example/{{ token | upcas }}' }, '/engine/url', 'no filter "upcas"'],
    [json('{{ reason.cod }}'), '/engine/body/content/a', 'Did you mean "reason.code"?'],
    [json('{{ result.attemps.size }}'), '/engine/body/content/a', 'Did you mean "result.attempts.size"?'],
    [json('{{ result.response.statusCode }}'), '/engine/body/content/a', '"result.response.status"'],
    [json('{{ result.reason.path.size | upcas }}'), '/engine/body/content/a', 'no filter'],
    [json('{{ token.value }}'), '/engine/body/content/a', '"token" has no "value"'],
    [json('{{ profile.email }}'), '/engine/body/content/a', '"profile" is not a variable'],
    [json('{{ vars.x | default: "y" }}'), '/engine/body/content/a', '"vars" is not a variable'],
    [json('{{ execution.id }}'), '/engine/body/content/a', 'Variables begin with type, executionId'],
    [json('{% if response.status == 200 %}1{% endif %}'), '/engine/body/content/a', 'response'],
    [
      { headers: [{ name: 'X-A', value: '{{ correlationID }}' }] },
      '/engine/headers/0/value',
      'correlationId',
    ],
    [{ headers: [{ name: 'X-A', source: 'vars', field: 'a' }] }, '/engine/headers/0/source', 'no payload'],
    [
      { body: { structure: 'simple', fields: [{ name: 'a', source: 'profile', field: 'a' }] } },
      '/engine/body/fields/0/source',
      'no payload',
    ],
    [
      { auth: { type: 'bearer', token: '{{ engine_token }}' } },
      '/engine/auth/token',
      'placeholder that is not valid',
    ],
  ])('%j', async (entry, path, message) => {
    const found = await read(entry)

    expect(found.ok).toBe(false)
    expect(found.ok ? [] : found.problems).toEqual([expect.stringContaining(`: ${path} `)])
    expect(found.ok ? '' : found.problems[0]).toContain(message)
  })
})

it.each([
  [
    json(
      '{{ branch }} {{ reason.code }} {{ reason.hint | default: "none" }} {{ captured.a.b }} {{ succeeded }}',
    ),
  ],
  [json('{% if result %}{{ result.attempts.size }}{% endif %}')],
  [json('{% if result.response %}{{ result.response.status }}{% endif %}')],
  [json('{% if token %}{{ token | upcase | slice: 0, 8 }}{% endif %}')],
  [json('{% for pair in captured %}{{ pair[0] }}{% endfor %}')],
  [json('{{ result }}')],
  [{ auth: { type: 'bearer', token: '{{ secrets.engine }}' } }],
  [{ body: { structure: 'json', content: { source: 'webhook', fields: [{ source: 'x' }] } } }],
  [{ headers: [{ name: 'X-A', value: '{{ delivered }}' }] }],
])('takes %j', async (entry) => {
  expect(await read(entry)).toMatchObject({ ok: true })
})
