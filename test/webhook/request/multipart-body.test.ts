import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../../src/contract/node.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { readMultipart } from '../../support/read-multipart.ts'
import {
  complaint,
  listWarnings,
  render,
  renderFailure,
  renderHeaders,
  type Surroundings,
  sent,
} from '../support/nodes.ts'

const multipart = (...parts: readonly unknown[]) => ({
  body: { structure: 'multipart', parts: parts as Part[] } as const,
})
const file = { name: 'f', filename: 'a.bin', source: 'event', field: 'f' } as const
const event = (f: unknown, more: object = {}) => ({ payload: { event: { f, ...more } } })

async function read(node: ReturnType<typeof multipart>, surroundings?: Surroundings) {
  const { body } = sent(node, surroundings)
  const [type = ''] = renderHeaders(node, surroundings, 'content-type')
  return readMultipart(type, body ?? Buffer.alloc(0))
}

async function readTexts(node: ReturnType<typeof multipart>, surroundings?: Surroundings) {
  const parts = await read(node, surroundings)
  return parts.map(({ name, filename, type, content }) => [name, filename, type, content.toString()])
}

describe('a multipart body', () => {
  it('has the parts in order, as a reader of multipart finds them', async () => {
    const node = multipart(
      { name: 'note', value: 'from {{ profile.name }}' },
      { ...file, contentType: 'image/png', filename: '{{ event.name }}' },
      { name: 'n', literal: 1 },
    )
    const surroundings = {
      payload: { profile: { name: 'Ada\r\n\0' }, event: { f: '/9g=', name: 'a b.png' } },
    }

    expect(await read(node, surroundings)).toEqual([
      { name: 'note', filename: null, type: null, content: Buffer.from('from Ada\r\n\0') },
      { name: 'f', filename: 'a b.png', type: 'image/png', content: Buffer.from([0xff, 0xd8]) },
      { name: 'n', filename: null, type: null, content: Buffer.from('1') },
    ])
    expect(renderHeaders(node, surroundings, 'content-length')).toEqual([
      String(sent(node, surroundings).body?.length),
    ])
  })

  it.each<[is: string, part: object, read: readonly (readonly [string, string])[]]>([
    [
      'a list',
      { literal: ['a', 1, null] },
      [
        ['x', 'a'],
        ['x', '1'],
        ['x', ''],
      ],
    ],
    [
      'an object',
      { literal: { a: { b: 'c' }, l: [{ d: 1 }] } },
      [
        ['x[a][b]', 'c'],
        ['x[l][0][d]', '1'],
      ],
    ],
    ['an empty list', { literal: [] }, []],
    ['null', { literal: null }, [['x', '']]],
    ['a number of many digits', { source: 'event', field: 'n' }, [['x', '12']]],
    ['a text with line breaks', { literal: 'a\nb\rc\r\nd' }, [['x', 'a\nb\rc\r\nd']]],
    ['a text that is escaped', { value: '{{ event.t | url_encode }}' }, [['x', 'a+b']]],
    ['half of a character', { literal: 'a\ud800' }, [['x', 'a\ufffd']]],
    ['nothing, if it is omitted', { source: 'event', field: 'no', ifEmpty: 'omit' }, []],
    ['nothing, if its condition is false', { value: 'a', when: 'event.n > 99' }, []],
  ])('writes %s as a form does', async (_is, part, expected) => {
    const parts = await readTexts(multipart({ name: 'x', ...part }), event('', { n: 12, t: 'a b' }))

    expect(parts).toEqual(expected.map(([name, text]) => [name, null, null, text]))
  })

  it('is read back byte for byte, whatever files and texts contain', async () => {
    const own = fc.constantFrom('webhook-node-boundary-', '0000000', '0', '1', '--', '\r\n', '\n', 'ü', '\0')
    const text = fc
      .array(fc.oneof(own, fc.string({ unit: 'binary' })), { maxLength: 12 })
      .map((all) => all.join(''))
    await fc.assert(
      fc.asyncProperty(text, text, fc.uint8Array({ maxLength: 99 }), async (one, other, array) => {
        const bytes = Buffer.concat([Buffer.from(one), array])
        const node = multipart({ name: 'a', literal: one }, file, { name: 'b', literal: other })

        const parts = await read(node, event(bytes.toString('base64') || 'data:,'))

        expect(parts.map(({ content }) => content)).toEqual([
          Buffer.from(one.toWellFormed()),
          bytes,
          Buffer.from(other.toWellFormed()),
        ])
      }),
    )
  })

  it('has no boundary that stands in a part, its name or its filename', async () => {
    const first = 'webhook-node-boundary-0000000'
    const attack = `x\r\n--${first}0\r\nContent-Disposition: form-data; name="evil"\r\n\r\nevil\r\n--${first}0--\r\n`
    const node = multipart({ name: `${first}2`, literal: attack }, { ...file, filename: `${first}1` })
    const surroundings = event(Buffer.from(`${first}4 ${first}`).toString('base64'))

    expect(renderHeaders(node, surroundings, 'content-type')).toEqual([
      `multipart/form-data; boundary=${first}3`,
    ])
    expect((await read(node, surroundings)).map(({ content }) => content.toString())).toEqual([
      attack,
      `${first}4 ${first}`,
    ])
  })

  it('chooses a boundary in time that grows with the parts only', () => {
    const crowded = Array.from(
      { length: 20_000 },
      (_, number) => `webhook-node-boundary-${String(number).padStart(8, '0')}`,
    )
    const began = cpuMs()

    expect(renderHeaders(multipart({ name: 'x', literal: crowded.join('') }), {}, 'content-type')).toEqual([
      'multipart/form-data; boundary=webhook-node-boundary-00020000',
    ])
    expect(cpuMs() - began).toBeLessThan(5_000)
  })

  it('has the same bytes whenever it is rendered again', () => {
    const node = multipart({ name: 'a', value: 'b' }, file)

    expect(sent(node, event('YQ=='))).toEqual(sent(node, event('YQ==')))
  })
})

describe('a name and a filename', () => {
  it.each<[has: string, name: string, arrives: string]>([
    ['a quote', 'a"; filename="x', 'a%22; filename=%22x'],
    ['a line break', 'a\r\nX: y\n\rb', 'a%0D%0AX: y%0D%0A%0D%0Ab'],
    ['NUL and other controls', 'a\0\x01\x1f\x7fb\tc', 'a%00%01%1F%7Fb\tc'],
    ['a backslash', 'a\\b', 'a\\b'],
    ['a backslash before a quote', 'a\\"b', 'a\\%22b'],
    ['a backslash at its end', 'a\\', 'a%5C'],
    ['characters beyond ASCII', 'ü€😀.png', 'ü€😀.png'],
    ['half of a character', 'a\ud83d.png', 'a\ufffd.png'],
    ['percent signs', '100%22.png', '100%22.png'],
    ['a semicolon', 'a;b=c,d', 'a;b=c,d'],
    ['a path', '../../etc/passwd', '../../etc/passwd'],
    ['1,000 characters', '"'.repeat(1_000), '%22'.repeat(1_000)],
  ])('cannot break out with %s', async (_has, name, arrives) => {
    const filename = '{{ event.filename }}'
    const node = multipart({ name, literal: 'v' }, { ...file, name, filename }, { name: 'end', literal: '' })

    const parts = await readTexts(node, event('YQ==', { filename: name }))

    // As browsers do, line breaks of a filename are not normalised.
    const readFilename = name.includes('\n') ? 'a%0D%0AX: y%0A%0Db' : arrives
    expect(parts).toEqual([
      [arrives, null, null, 'v'],
      [arrives, readFilename, 'application/octet-stream', 'a'],
      ['end', null, null, ''],
    ])
  })

  it('never add a part or a header', async () => {
    const hostile = fc.string({
      unit: fc.constantFrom('"', '\\', '\r', '\n', '\0', ';', '=', 'a', '%', 'ü', '-', '\ud800'),
      minLength: 1,
      maxLength: 30,
    })
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (name, filename) => {
        const node = multipart({ ...file, name, filename: '{{ event.filename }}' })
        const parts = await read(node, event('YQ==', { filename }))
        expect(parts).toEqual([
          {
            name: expect.any(String),
            filename: expect.any(String),
            type: 'application/octet-stream',
            content: Buffer.from('a'),
          },
        ])
        const lines = (sent(node, event('YQ==', { filename })).body ?? '').toString().split('\r\n')
        expect(lines).toHaveLength(7)
      }),
    )
  })

  it.each<[is: string, filename: unknown, failure: object]>([
    ['missing', undefined, { code: 'value_missing', detail: expect.stringContaining('part "f" is empty') }],
    ['empty', '', { code: 'value_missing' }],
    [
      'longer than 1,024 characters',
      'a'.repeat(10_240),
      { code: 'body_invalid', detail: expect.stringContaining('10240 characters') },
    ],
  ])('end the call: a filename that is %s', (_is, filename, failure) => {
    const node = multipart({ ...file, filename: '{{ event.filename }}' })

    expect(renderFailure(node, event('YQ==', { filename }))).toMatchObject({
      path: '/node/body/parts/0/filename',
      ...failure,
    })
  })

  it('end the call: a name from the payload that is longer than a header', () => {
    expect(
      renderFailure(
        multipart({ name: 'x', source: 'event', field: 'f' }),
        event({ ['k'.repeat(10_240)]: 1 }),
      ),
    ).toMatchObject({
      code: 'body_invalid',
      path: '/node/body/parts/0',
      detail: expect.stringContaining('headers of a part of "x" have more than 8192 bytes'),
    })
  })
})

describe('a file of a multipart body', () => {
  it.each<[is: string, part: object, value: unknown, type: string]>([
    ['that of the node', { contentType: 'image/png' }, 'data:image/gif;base64,YQ==', 'image/png'],
    ['that of the data: URL', {}, 'data:image/gif;base64,YQ==', 'image/gif'],
    ['bytes of any type', {}, 'YQ==', 'application/octet-stream'],
  ])('has a media type: %s', async (_is, part, value, type) => {
    expect(await readTexts(multipart({ ...file, ...part }), event(value))).toEqual([
      ['f', 'a.bin', type, 'a'],
    ])
  })

  it.each<[is: string, surroundings: Surroundings, detail: string]>([
    [
      'its source is missing',
      {},
      'The payload has no event, so event.f is empty. Only a flow that an event has started has one: start it so, take the value from another source, or say with a default or "ifEmpty" what an empty one means.',
    ],
    ['its attribute is missing', { payload: { event: { file: 'YQ==' } } }, 'The event has no attribute "f".'],
    ['it is null', event(null), 'The attribute event.f is empty.'],
    ['it is empty', event(''), 'The attribute event.f is empty.'],
  ])('ends the call where %s', (_is, surroundings, detail) => {
    const failure = renderFailure(multipart({ name: 'a', value: 'b' }, file), surroundings)

    expect(failure).toMatchObject({ code: 'value_missing', detail: expect.stringContaining(detail) })
    expect(failure.path).toMatch(/^\/node\/body\/parts\/1/)
  })

  it('ends the call where it is no base64, and the failure names part and attribute', () => {
    expect(
      renderFailure(
        multipart({ name: 'a', value: 'b' }, { ...file, field: 'x.y' }),
        event('', { x: { y: 'a b!' } }),
      ),
    ).toMatchObject({
      code: 'body_invalid',
      path: '/node/body/parts/1/field',
      detail: 'The part "f" has no file: event.x.y is not base64: its character 4 is no digit of base64.',
      hint: expect.stringContaining('base64'),
    })
  })

  it.each<[is: string, part: object, expected: readonly string[]]>([
    ['is sent', { ifEmpty: 'send' }, ['']],
    ['is left out', { ifEmpty: 'omit' }, []],
    ['is left out by its condition', { when: 'event.no' }, []],
  ])('%s where the node says so', async (_is, part, expected) => {
    const parts = await read(multipart({ ...file, ...part }), event(null))

    expect(parts.map(({ content }) => content.toString())).toEqual(expected)
  })

  it('may be in several parts', async () => {
    const parts = await readTexts(
      multipart(file, { ...file, name: 'g' }, { ...file, field: 'g' }),
      event('YQ==', { g: 'Yg==' }),
    )

    expect(parts.map(([name, , , text]) => [name, text])).toEqual([
      ['f', 'a'],
      ['g', 'a'],
      ['f', 'b'],
    ])
  })

  it('is decoded once, in however many parts it is', () => {
    const text = `${' '.repeat(1_000_000)}YQ==`
    const node = multipart(...Array.from({ length: 1_000 }, () => file))
    const began = cpuMs()

    expect(sent(node, event(text)).body?.length).toBeGreaterThan(100_000)
    expect(cpuMs() - began).toBeLessThan(5_000)
  })

  it.each<[says: string, part: object, at: string]>([
    ['must be a media type', { contentType: 'png' }, 'contentType'],
    ['contains a line break', { contentType: 'a/b\r\nX: y' }, 'contentType'],
    ['must not contain a placeholder', { contentType: 'a/{{ event.t }}' }, 'contentType'],
    ['must not contain a placeholder', { name: '{{ event.t }}' }, 'name'],
    ['must not contain a placeholder', { field: '{{ event.t }}' }, 'field'],
    ['secret', { filename: '{{ secrets.token }}' }, 'filename'],
    ['evnt', { filename: '{{ evnt.name }}' }, 'filename'],
  ])('is refused where it %s', (says, part, at) => {
    const message = complaint(multipart({ ...file, ...part }))

    expect(message).toMatch(`/node/body/parts/0/${at}: `)
    expect(message).toContain(says)
  })

  it('is sent with its filename as it stands where nothing is a template', async () => {
    const node = { ...multipart({ ...file, filename: '{{ event.t }}' }), templates: 'none' } as const

    expect(await readTexts(node, event('YQ=='))).toEqual([
      ['f', '{{ event.t }}', 'application/octet-stream', 'a'],
    ])
  })
})

describe('the limit of a multipart body', () => {
  it.each([1, 0])('is that of all bodies, %s bytes over it', (over) => {
    const limit = 4_096
    const rest = sent(multipart({ name: 'a', literal: '' }, file), event('data:,')).body?.length ?? 0
    const data = Buffer.alloc(limit - rest + over, 'x').toString('base64')
    const node = multipart({ name: 'a', literal: '' }, file)
    const rendered = render(node, { ...event(data), maxRenderedBytes: limit })

    if (over === 0) expect(rendered).toMatchObject({ ok: true, request: { body: { length: limit } } })
    else
      expect(rendered).toMatchObject({
        ok: false,
        failure: {
          code: 'request_too_large',
          path: '/node/body/parts/1',
          detail:
            'The rendered body has more than 4096 bytes, the most that the service sends. Its largest part is "f".',
        },
      })
  })

  it('ends a rendering before many parts take memory', () => {
    const parts = Array.from({ length: 1_000 }, () => ({ name: 'x', source: 'event', field: 'f' }))
    const began = cpuMs()

    expect(renderFailure(multipart(...parts), event('x'.repeat(900_000)))).toMatchObject({
      code: 'request_too_large',
    })
    expect(renderFailure(multipart(...parts), event(Array.from({ length: 300_000 }, () => 1)))).toMatchObject(
      { code: 'request_too_large' },
    )
    expect(cpuMs() - began).toBeLessThan(5_000)
  })
})

describe('a header Content-Type beside a multipart body', () => {
  it.each<[value: string, warns: boolean]>([
    ['multipart/form-data', true],
    ['multipart/form-data; boundary=x', true],
    ['application/json', true],
    ['multipart/mixed; boundary=webhook-node-boundary-00000000', false],
  ])('%s', (value, warns) => {
    const node = { ...multipart({ name: 'a', value: 'b' }), headers: [{ name: 'Content-Type', value }] }

    expect(listWarnings(node)).toEqual(warns ? ['content_type_mismatch /node/headers/0'] : [])
  })
})

describe('a binary body', () => {
  const binary = (more: object = {}) => ({
    body: { structure: 'binary', source: 'event', field: 'f', ...more } as const,
  })

  it.each<[is: string, more: object, value: unknown, type: string, bytes: string]>([
    ['base64', {}, '/9g=', 'application/octet-stream', 'ffd8'],
    ['with a type', { contentType: 'image/png' }, 'data:image/gif;base64,YQ==', 'image/png', '61'],
    ['a data: URL', {}, 'data:image/gif;base64,YQ==', 'image/gif', '61'],
    ['an empty file', {}, 'data:image/gif,', 'image/gif', ''],
  ])('is the bytes alone: %s', (_is, more, value, type, bytes) => {
    expect(sent(binary(more), event(value)).body?.toString('hex') ?? '').toBe(bytes)
    expect(renderHeaders(binary(more), event(value), 'content-type')).toEqual([type])
    expect(renderHeaders(binary(more), event(value), 'content-length')).toEqual([String(bytes.length / 2)])
  })

  it.each<[is: string, value: unknown, code: string]>([
    ['missing', undefined, 'value_missing'],
    ['empty', '', 'value_missing'],
    ['a list', [], 'value_missing'],
    ['no base64', '!', 'body_invalid'],
    ['too large', Buffer.alloc(1_048_577).toString('base64'), 'request_too_large'],
  ])('ends the call where the file is %s', (_is, value, code) => {
    expect(renderFailure(binary(), event(value))).toMatchObject({
      code,
      path: expect.stringMatching(/^\/node\/body/),
    })
  })

  it('may have any label', () => {
    expect(
      listWarnings(
        { ...binary(), headers: [{ name: 'Content-Type', value: 'application/json' }] },
        event('YQ=='),
      ),
    ).toEqual([])
  })
})
