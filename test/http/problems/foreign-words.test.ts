import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import validators from '../../../src/http/body/validators.cjs'
import type { ForeignMember } from '../../../src/http/problems/foreign-words/foreign-word.ts'
import {
  foreignMembers,
  foreignParts,
  foreignWords,
} from '../../../src/http/problems/foreign-words/tables.ts'
import {
  explainInvalidConnection,
  explainInvalidLimit,
} from '../../../src/http/problems/invalid-connection.ts'
import { fold } from '../../../src/http/problems/member-advice.ts'
import { compileNode } from '../../../src/webhook/compile.ts'
import { explainBody } from './support/explain-body.ts'

type Members = Readonly<Record<string, unknown>>

const node = { method: 'POST', url: 'https://receiver.test/' }
const field = { name: 'a', value: 1 }

const oauth2 = { type: 'oauth2', tokenUrl: 'https://login.test/', clientId: 'a', clientSecret: 'abcde' }

interface PlaceInRequest {
  /** A valid object there. */
  readonly valid: Members
  readonly path: string
  /** A request with an object at the place. */
  readonly around: (members: Members) => Members
  /** The schema of the request, if it is not that of an execution or a preview. */
  readonly route?: string
  /** Finds the errors of an entry of a file, in place of those of a request. */
  readonly file?: typeof explainInvalidLimit
}

const inNode = (name: string) => (members: Members) => ({ node: { ...node, [name]: members } })
const auth = (valid: Members) => ({ valid, path: '/node/auth', around: inNode('auth') })
const body = (valid: Members) => ({ valid, path: '/node/body', around: inNode('body') })
const expectation = (valid: Members) => ({ valid, path: '/node/expect', around: inNode('expect') })

const signing = {
  valid: {
    scheme: 'hmac',
    over: '{{ body }}',
    header: 'X-Sig',
    value: '{{ hex }}',
    secret: '{{ secrets.a }}',
  },
  path: '/node/signing',
  around: inNode('signing'),
}

const places: Readonly<Record<string, PlaceInRequest>> = {
  Request: { valid: { node }, path: '', around: (members) => members },
  Node: { valid: node, path: '/node', around: (members) => ({ node: members }) },
  Field: {
    valid: field,
    path: '/node/headers/0',
    around: (members) => ({ node: { ...node, headers: [members] } }),
  },
  Part: {
    valid: { name: 'f', filename: 'a', source: 'event', field: 'f' },
    path: '/node/body/parts/0',
    around: (members) => ({ node: { ...node, body: { structure: 'multipart', parts: [members] } } }),
  },
  Auth: auth({ type: 'bearer', token: 'abcde' }),
  'Auth(bearer)': auth({ type: 'bearer', token: 'abcde' }),
  'Auth(basic)': auth({ type: 'basic', username: 'a', password: 'b' }),
  'Auth(apiKey)': auth({ type: 'apiKey', in: 'header', name: 'X-Key', value: 'abcde' }),
  Tls: {
    valid: { certificate: '{{ secrets.a }}', key: '{{ secrets.b }}' },
    path: '/node/tls',
    around: inNode('tls'),
  },
  Signing: signing,
  'Signing(hmac)': signing,
  'Auth(oauth2)': auth(oauth2),
  'Auth(awsSigV4)': auth({
    type: 'awsSigV4',
    region: 'a',
    service: 'b',
    accessKeyId: 'abcde',
    secretAccessKey: 'abcde',
  }),
  'Auth(digest)': auth({ type: 'digest', username: 'a', password: 'abcde' }),
  Body: body({ structure: 'simple', fields: [] }),
  'Body(simple)': body({ structure: 'simple', fields: [] }),
  'Body(full)': body({ structure: 'full' }),
  'Body(binary)': body({ structure: 'binary', source: 'event', field: 'photo' }),
  'Body(json)': body({ structure: 'json', content: 1 }),
  'Body(multipart)': body({ structure: 'multipart' }),
  'Body(raw)': body({ structure: 'raw', contentType: 'text/plain', content: 'a' }),
  Expectation: expectation({ type: 'string', value: 'a' }),
  'Expectation(status)': expectation({ type: 'status', value: 200 }),
  'Expectation(string)': expectation({ type: 'string', value: 'a' }),
  'Expectation(condition)': expectation({ type: 'condition', value: 'response.json.ok' }),
  When: {
    valid: { type: 'failure', value: 'response_timeout' },
    path: '/node/cases/0/when',
    around: (when) => ({ node: { ...node, cases: [{ branch: 'late', when }] } }),
  },
  Retry: { valid: {}, path: '/node/retry', around: inNode('retry') },
  Case: {
    valid: { branch: 'exists', when: { type: 'status', value: 409 } },
    path: '/node/cases/0',
    around: (members) => ({ node: { ...node, cases: [members] } }),
  },
  'Node.branches': { valid: {}, path: '/node/branches', around: inNode('branches') },
  Submission: { valid: { node }, path: '', around: (members) => members, route: 'SubmitRequest' },
  'Submission.callback': {
    valid: { to: 'engine' },
    path: '/callback',
    around: (callback) => ({ node, callback }),
    route: 'SubmitRequest',
  },
  Item: {
    valid: {},
    path: '/items/0',
    around: (item) => ({ node, items: [item] }),
    route: 'SubmitRequest',
  },
  Redrive: { valid: { filter: {} }, path: '', around: (members) => members, route: 'RedriveRequest' },
  'Redrive.filter': {
    valid: {},
    path: '/filter',
    around: (filter) => ({ filter }),
    route: 'RedriveRequest',
  },
  Limit: { valid: { host: 'a.example' }, path: '', around: (members) => members, file: explainInvalidLimit },
  'Connection.limits': {
    valid: {},
    path: '/limits',
    around: (limits) => ({ baseUrl: 'https://a.example', limits }),
    file: explainInvalidConnection,
  },
  Payload: { valid: {}, path: '/payload', around: (payload) => ({ node, payload }) },
  Simulation: { valid: { status: 200 }, path: '/simulate', around: (simulate) => ({ node, simulate }) },
}

function placeOf(name: string): PlaceInRequest {
  const place = places[name]
  if (place === undefined) throw new Error(`the test does not know the place ${name}`)
  return place
}

function routeOf(request: unknown): string {
  return typeof request === 'object' && request !== null && 'simulate' in request
    ? 'PreviewRequest'
    : 'ExecuteRequest'
}

function explain(request: unknown, route = routeOf(request)) {
  return [...explainBody(request, route)]
}

/** The errors of a request, or of an entry of a file, with this object at the place. */
function explainAt({ around, route, file }: PlaceInRequest, members: Members) {
  return file === undefined ? explain(around(members), route) : [...file(around(members), '')]
}

const rows = Object.entries(foreignMembers).flatMap(([place, members]) =>
  members.map((row) => ({ place, row })),
)
/** Places whose forms have rows of their own, which come first. */
const hasForms = new Set(['Auth', 'Signing', 'Body', 'Expectation', 'When'])

/** Words that several rows have, or one row twice. */
function repeated(list: readonly { readonly words: string }[]): string[] {
  const all = list.flatMap((row) => row.words.split(' ')).map(fold)
  return all.filter((word, index) => word === '' || all.indexOf(word) !== index)
}

/** Other ways to write a word. */
function spellings(word: string): string[] {
  const parts = word.split(/(?=[A-Z])/).map((part) => part.toLowerCase())
  const pascal = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')
  return [word, parts.join('_'), parts.join('-'), parts.join(' '), pascal, word.toUpperCase()]
}

/** A valid object that lacks what the member may be. */
function validBeside(place: string, { is = '', covers = [] }: ForeignMember): Members {
  if (place === 'Field' && covers.includes('source')) return { name: 'a' }
  if (place === 'Field' && ['literal', 'field', 'source'].includes(is))
    return is === 'field'
      ? { name: 'a', source: 'event' }
      : { name: 'a', ...(is === 'source' ? { field: 'b' } : {}) }
  return place === 'Simulation' && is === 'failure' ? {} : placeOf(place).valid
}

/** A value of the right type, as far as the name tells it. */
function valueFor({ is, unwrap, byType }: ForeignMember): unknown {
  if (byType?.object !== undefined) return 'x'
  if (unwrap === true) return {}
  if (is === 'ids') return ['x']
  if (is === 'query' || is === 'headers' || is === 'hosts' || is === 'fields') return []
  return is === 'node' ? node : {}
}

describe('a foreign member', () => {
  it.each(Object.entries(foreignMembers))('is called by one row: %s', (_place, members) => {
    expect(repeated(members)).toEqual([])
  })

  it.each(Object.entries(foreignMembers))('is no member of the contract: %s', (place, members) => {
    const found = placeOf(place)
    for (const row of members)
      for (const word of row.words.split(' ')) {
        const errors = explainAt(found, { ...validBeside(place, row), [word]: null })

        expect(errors.map((error) => error.path)).toContain(`${found.path}/${word}`)
      }
  })

  it.each(rows)('gets advice in every spelling: $place $row.words', ({ place, row }) => {
    const found = placeOf(place)
    const valid = validBeside(place, row)
    for (const spelling of row.words.split(' ').flatMap(spellings)) {
      const errors = explainAt(found, { ...valid, [spelling]: valueFor(row) })
      const own = errors.find((error) => error.path === `${found.path}/${spelling}`)

      expect(own?.message, spelling).toMatch(/^unknown member; ./)
      if (hasForms.has(place)) continue
      if (row.is === undefined) expect(own?.message, spelling).toContain(row.says ?? 'write ')
      else expect(own?.message, spelling).toMatch(new RegExp(`"(?:${row.is}|${row.isAlso})"`))
    }
  })

  it.each(rows.filter(({ row }) => row.example !== undefined))(
    'has an example that is valid where it is to be written: $place $row.words',
    ({ place, row }) => {
      const { valid, around, route, file } = placeOf(place)
      const example = typeof row.example === 'function' ? row.example(200, {}) : row.example
      const isWhole = example !== undefined && ('type' in example || 'structure' in example)
      const request = around(
        isWhole ? example : { ...(place === 'Field' ? validBeside(place, row) : valid), ...example },
      )
      const name = route ?? routeOf(request)

      if (file !== undefined) return expect([...file(request, '')]).toEqual([])
      expect(validators[name]?.(request), JSON.stringify(request)).toBe(true)
      if (request.node === undefined) return
      const compiled = compileNode(request.node as never, { maxTimeoutMs: 10_000 })
      expect(compiled.ok ? [] : compiled.errors).toEqual([])
    },
  )
})

describe('a member with a word that tells what it is about', () => {
  const parts = foreignParts.Node ?? []

  it('is called by one row', () => {
    expect(repeated(parts)).toEqual([])
  })

  it.each(parts)('gets the advice for that word: $words', (row) => {
    for (const word of row.words.split(' ')) {
      const name = `qqq${word.charAt(0).toUpperCase()}${word.slice(1)}Zzz`
      const [error] = explain({ node: { ...node, [name]: row.is === undefined ? {} : 1000 } })

      expect(error?.message, name).toContain(row.says ?? '')
      expect(error?.message, name).toMatch(/^unknown member; ./)
    }
    if (row.example !== undefined)
      expect(validators.ExecuteRequest?.({ node: { ...node, ...row.example } })).toBe(true)
  })
})

/** A request with a word at a place such as `Field.source`. */
const wordPlaces: Readonly<Record<string, (word: string) => Members>> = {
  'Node.method': (method) => ({ node: { ...node, method } }),
  'Node.onError': (onError) => ({ node: { ...node, onError } }),
  'Node.templates': (templates) => ({ node: { ...node, templates } }),
  'Field.source': (source) => ({ node: { ...node, query: [{ name: 'a', source, field: 'b' }] } }),
  'Field.ifEmpty': (ifEmpty) => ({ node: { ...node, query: [{ ...field, ifEmpty }] } }),
  'Body.source': (source) => ({ node: { ...node, body: { structure: 'full', source } } }),
  'Body(full).source': (source) => ({ node: { ...node, body: { structure: 'full', source } } }),
  'Body.structure': (structure) => ({ node: { ...node, body: { structure, fields: [] } } }),
  'Body.contentType': (contentType) => ({ node: { ...node, body: { structure: 'full', contentType } } }),
  'Auth.type': (type) => ({ node: { ...node, auth: { type, username: 'a' } } }),
  'Signing.scheme': (scheme) => ({ node: { ...node, signing: { ...signing.valid, scheme } } }),
  'Signing.algorithm': (algorithm) => ({ node: { ...node, signing: { ...signing.valid, algorithm } } }),
  'Auth.clientAuth': (clientAuth) => ({ node: { ...node, auth: { ...oauth2, clientAuth } } }),
  'Auth.in': (place) => ({
    node: { ...node, auth: { type: 'apiKey', in: place, name: 'X', value: 'abcde' } },
  }),
  'Tls.minVersion': (minVersion) => ({ node: { ...node, tls: { minVersion } } }),
  'Expectation.type': (type) => ({ node: { ...node, expect: { type, value: 200 } } }),
  'When.type': (type) => ({ node: { ...node, cases: [{ branch: 'a', when: { type, value: 200 } }] } }),
  'Expectation.match': (match) => ({ node: { ...node, expect: { type: 'string', value: 'a', match } } }),
  'Request.diagnostics': (diagnostics) => ({ node, diagnostics }),
  FailureCode: (failure) => ({ node, simulate: { failure } }),
}

describe('a field of the two manuals', () => {
  const [, table = ''] =
    /\n## Where the fields of two manuals are\n(.*?)\n## /s.exec(readFileSync('docs/node.md', 'utf8')) ?? []
  const labels = Array.from(table.matchAll(/^\| ([^|]+) \| [HA][HA ]*\|/gm), ([, label = '']) => label)
  const names = labels.flatMap((label) => label.split(/[,:]/, 1)).map((name) => name.replace(/ "\w+".*/, ''))

  it('stands in a table', () => {
    expect(names.length).toBeGreaterThan(15)
  })

  it.each(names.filter((name) => !['Method', 'Headers'].includes(name)))(
    'is found under its own name: %s',
    (name) => {
      const [error] = explain({ node: { ...node, [name]: true } })

      expect(error?.message).toMatch(/^unknown member; (?!the members here)./)
    },
  )
})

describe('a foreign word', () => {
  it.each(Object.entries(foreignWords))('is called by one row: %s', (_place, list) => {
    expect(repeated(list)).toEqual([])
  })

  it.each(Object.entries(foreignWords))('gets advice: %s', (place, list) => {
    for (const row of list)
      for (const word of row.words.split(' ')) {
        const [first] = explain(wordPlaces[place]?.(word))

        expect(first?.message).toContain(row.says ?? `; did you mean "${row.is}"?`)
      }
  })
})
