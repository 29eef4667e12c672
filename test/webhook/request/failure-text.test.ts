import { describe, expect, it } from 'vitest'
import { failures } from '../../../src/contract/failure.ts'
import { complaintsAbout } from '../../support/hints.ts'
import { type NodeSketch, renderFailure } from '../support/nodes.ts'

const profile = {
  email: 'ada@example.com',
  note: 'two\nlines',
  name: 'Ada',
  dots: '..',
  nothing: '',
  file: 'YQ==',
  names: { ['n'.repeat(9_000)]: 1 },
  list: [1, 2],
  big: 'x'.repeat(9_000),
  huge: 'x'.repeat(1_100_000),
  deep: JSON.parse('['.repeat(100) + ']'.repeat(100)),
}

const header = (value: string): NodeSketch => ({ headers: [{ name: 'X-Note', value }] })
const query = (value: string): NodeSketch => ({ query: [{ name: 'q', value }] })
const json = (content: string): NodeSketch => ({
  body: { structure: 'raw', contentType: 'application/json', content },
})
const fields = (...given: object[]) =>
  ({ body: { structure: 'simple', fields: given } }) as unknown as NodeSketch
const file = (more: object) =>
  ({
    body: {
      structure: 'multipart',
      parts: [{ name: 'photo', filename: 'a.png', source: 'profile', field: 'email', ...more }],
    },
  }) as unknown as NodeSketch

const failed: readonly (readonly [code: string, node: NodeSketch, path: string, ...said: string[]])[] = [
  // value_missing
  [
    'value_missing',
    { url: 'https://a.example/{{ profile.name }}/{{ profile.emial }}' },
    '/node/url',
    'The placeholder "profile.emial" in the path of the URL is empty',
    'Did you mean "profile.email"?',
  ],
  [
    'value_missing',
    { url: 'https://a.example/{{ profile.nothing }}/x' },
    '/node/url',
    '"profile.nothing" in the path of the URL is empty.',
  ],
  [
    'value_missing',
    { url: 'https://a.example/{{ event.form }}/x' },
    '/node/url',
    'event.form has no value. The payload has no "event".',
    '{{ event.form | default: "none" }}',
  ],
  [
    'value_missing',
    { query: [{ name: 'q', source: 'profile', field: 'emial', ifEmpty: 'fail' }] },
    '/node/query/0/field',
    'no attribute "emial". Did you mean "email"?',
    'Write "email" as the "field" if that is meant.',
  ],
  [
    'value_missing',
    { query: [{ name: 'q', source: 'profile', field: 'nothing', ifEmpty: 'fail' }] },
    '/node/query/0',
    'The attribute profile.nothing is empty.',
  ],
  [
    'value_missing',
    { query: [{ name: 'q', value: '{{ profile.emial }}', ifEmpty: 'fail' }] },
    '/node/query/0/value',
    'The value of "q" is empty: profile.emial has no value.',
    'Did you mean "profile.email"?',
  ],
  [
    'value_missing',
    { auth: { type: 'bearer', token: '{{ profile.tokn }}' } },
    '/node/auth/token',
    'The credential "token" of auth is empty: profile.tokn has no value.',
  ],
  // header_invalid
  [
    'header_invalid',
    header('{{ profile.note }}'),
    '/node/headers/0/value',
    '"X-Note" contains a line break.',
    'character 4',
    '"profile.note"',
  ],
  [
    'header_invalid',
    header('a {{ profile.name }} {{ profile.note | upcase }}'),
    '/node/headers/0/value',
    'character 10',
    '"profile.note | upcase"',
  ],
  [
    'header_invalid',
    header(' {{ profile.name }}{{ profile.note }}'),
    '/node/headers/0/value',
    '"profile.note"',
  ],
  [
    'header_invalid',
    { headers: [{ name: 'X-Note', source: 'profile', field: 'note' }] },
    '/node/headers/0',
    'comes from profile.note',
  ],
  [
    'header_invalid',
    header('{{ profile.big }}'),
    '/node/headers/0/value',
    'longer than 8192 characters',
    '"profile.big"',
  ],
  // url_invalid
  [
    'url_invalid',
    { url: 'https://a.example/{{ profile.name }}/{{ profile.dots }}' },
    '/node/url',
    '"." or ".."',
    '"profile.dots"',
  ],
  [
    'url_invalid',
    { url: 'https://a.example/x%{{ profile.name }}' },
    '/node/url',
    'right before "profile.name"',
  ],
  [
    'url_invalid',
    { url: 'https://a.example/?q={{ profile.big }}' },
    '/node/url',
    'longer than 8192 characters',
    '"profile.big"',
  ],
  // template_failed
  [
    'template_failed',
    query('{{ profile.name | divided_by: 2 }}'),
    '/node/query/0/value',
    'The filter "divided_by" needs numbers',
    'is a text that is no number',
    '"profile.name | divided_by: 2"',
  ],
  [
    'template_failed',
    json('{\n  "a": {{ profile.list | date: "%Y" }}\n}'),
    '/node/body/content',
    'The filter "date"',
    'a list',
    'at line 2, column 8',
  ],
  [
    'template_failed',
    query('{% for i in (1..9000000) %}{{ i }}{% endfor %}'),
    '/node/query/0/value',
    'more than 2000000 characters',
    'for i in (1..9000000)',
  ],
  // body_invalid
  [
    'body_invalid',
    json('{"a": {{ profile.nothing }}, "b": 1}'),
    '/node/body/content',
    'line 1, column 7',
    'The placeholder "profile.nothing" wrote nothing there.',
  ],
  [
    'body_invalid',
    json('{"a": "{{ profile.name }}", "b": {{ profile.name }}}'),
    '/node/body/content',
    'The placeholder "profile.name" wrote it.',
  ],
  ['body_invalid', json('{"a": 1,}'), '/node/body/content', 'line 1, column 9'],
  [
    'body_invalid',
    fields({ name: 'a', value: 1 }, { name: 'a', value: 2 }),
    '/node/body/fields/1/name',
    '"a" is there twice',
  ],
  [
    'body_invalid',
    fields({ name: 'a', value: 1 }, { name: 'deep', source: 'profile', field: 'deep' }),
    '/node/body/fields/1',
    'deeper than 100 levels',
  ],
  // request_too_large
  [
    'request_too_large',
    fields({ name: 'a', value: 1 }, { name: 'all', source: 'profile', field: 'huge' }),
    '/node/body/fields/1',
    'more than 1048576',
    'Its largest field is "all".',
  ],
  [
    'request_too_large',
    { body: { structure: 'full' } },
    '/node/body',
    'The largest part of it is "profile".',
  ],
  [
    'request_too_large',
    { body: { structure: 'full', source: 'profile' } },
    '/node/body/source',
    'The largest part of it is "profile.huge".',
  ],
  [
    'request_too_large',
    json('{{ profile.huge }}'),
    '/node/body/content',
    'more than 1048576 characters',
    '"profile.huge"',
  ],
  // files
  ['value_missing', file({ field: 'emial' }), '/node/body/parts/0/field', 'Did you mean "email"?'],
  [
    'body_invalid',
    file({}),
    '/node/body/parts/0/field',
    'The part "photo" has no file: profile.email is not base64: its character 4 is no digit of base64.',
  ],
  [
    'body_invalid',
    file({ field: 'list' }),
    '/node/body/parts/0/field',
    'profile.list is a list, not a text.',
  ],
  [
    'value_missing',
    file({ field: 'file', filename: '{{ profile.nothing }}' }),
    '/node/body/parts/0/filename',
    'The filename of the part "photo" is empty. Many targets',
    'Give an empty placeholder a default',
  ],
  [
    'value_missing',
    file({ field: 'file', filename: '{{ profile.emial }}' }),
    '/node/body/parts/0/filename',
    'The filename of the part "photo" is empty: profile.emial has no value. Did you mean "profile.email"?',
    'Correct the name in the placeholder',
  ],
  [
    'body_invalid',
    file({ field: 'file', filename: '{{ profile.big }}' }),
    '/node/body/parts/0/filename',
    'has 9000 characters',
  ],
  [
    'body_invalid',
    { body: { structure: 'multipart', parts: [{ name: 'all', source: 'profile', field: 'names' }] } },
    '/node/body/parts/0',
    'have more than 8192 bytes',
  ],
  [
    'request_too_large',
    { body: { structure: 'multipart', parts: [{ name: 'all', source: 'profile', field: 'huge' }] } },
    '/node/body/parts/0',
    'Its largest part is "all".',
  ],
  // secrets
  ['secret_missing', header('{{ secrets.nope }}'), '/node/headers/0/value', '"nope" is not known'],
]

describe('a request that cannot be made', () => {
  it.each(failed)('%s tells the cause, the place and the cure: %j at %s', (code, node, path, ...said) => {
    const failure = renderFailure(node as NodeSketch, { payload: { profile } })

    expect(failure).toMatchObject({ code, path })
    const { blame, hint: usual } = failures[failure.code]
    const { detail: message, hint = usual } = failure
    for (const words of said) expect(`${message} ${hint}`).toContain(words)
    expect(complaintsAbout({ message, hint, blame, repeat: 'never' })).toEqual([])
  })

  it('shows nothing of a value that is sensitive or a secret', () => {
    const sensitive = { name: 'X-Note', source: 'profile', field: 'note', sensitive: true } as const
    const details = [
      renderFailure({ headers: [sensitive] }, { payload: { profile } }).detail,
      renderFailure(header('{{ secrets.note }}'), { secrets: { note: 'abcd\nefgh' } }).detail,
    ]

    for (const detail of details) expect(detail).not.toMatch(/character \d|two|lines|abcd|efgh/)
  })
})
