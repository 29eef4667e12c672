import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const form = 'application/x-www-form-urlencoded'

describe('a body arrives as it was meant', () => {
  it.each([
    {
      says: 'no value of a raw form adds a parameter',
      contentType: `${form}; charset=utf-8`,
      content: 'company={{ profile.company }}&x=1',
      profile: { company: 'AT&T & <Sons>' },
      arrives: 'company=AT%26T+%26+%3CSons%3E&x=1',
    },
    {
      says: 'no value breaks a line of NDJSON',
      contentType: 'application/x-ndjson',
      content: '{"name":"{{ profile.name }}"}\n',
      profile: { name: 'Ada "the" L\n2' },
      arrives: '{"name":"Ada \\"the\\" L\\n2"}\n',
    },
    {
      says: 'no value breaks JSON for AWS',
      contentType: 'application/x-amz-json-1.1',
      content: '{"name":"{{ profile.name }}"}',
      profile: { name: 'Ada "the" L' },
      arrives: '{"name":"Ada \\"the\\" L"}',
    },
    {
      says: 'a CDATA section has the value, and only the author ends it',
      contentType: 'text/xml',
      content: '<a><![CDATA[{{ profile.html }}]]></a>',
      profile: { html: '<b>A & B</b>]]><x/>' },
      arrives: '<a><![CDATA[<b>A & B</b>]]]]><![CDATA[><x/>]]></a>',
    },
    {
      says: 'the charset is that of the label',
      contentType: 'text/xml; charset=ISO-8859-1',
      content: '<?xml version="1.0" encoding="ISO-8859-1"?><a>{{ profile.name }}</a>',
      profile: { name: 'Müller' },
      arrives: Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>Müller</a>', 'latin1'),
    },
  ])('$says', async ({ contentType, content, profile, arrives }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'raw', contentType, content }

    const reply = await execute({ node: { method: 'POST', url: target.url, body }, payload: { profile } })

    const [received] = target.received
    expect(reply).toMatchObject({ branch: 'success', warnings: [] })
    expect(received?.body).toEqual(Buffer.from(arrives as string))
    expect(received?.rawHeaders).toContain(contentType)
    expect(reply.request?.bodyBytes).toBe(received?.body.length)
    expect(reply.request?.body).toBe(
      String(arrives.toString(Buffer.isBuffer(arrives) ? 'latin1' : undefined)),
    )
  })

  it('a list within a form is a list for PHP and Rack', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'full', source: 'vars', contentType: form }
    const vars = { data: { rates: ['t1', 't2'] }, tags: ['a', 'b'] }

    await execute({ node: { method: 'POST', url: target.url, body }, payload: { vars } })

    expect(decodeURIComponent(String(target.received[0]?.body))).toBe(
      'data[rates][]=t1&data[rates][]=t2&tags=a&tags=b',
    )
  })

  it.each([
    ['a charset that cannot be sent', 'text/plain; charset=klingon', 400],
    ['one that can', 'text/plain; charset=Shift_JIS', 200],
  ])('%s is seen before anything is sent', async (_says, contentType, status) => {
    const { post } = await service()
    const body = { structure: 'raw', contentType, content: 'a' }

    const reply = await post('/v1/preview', { node: { method: 'POST', url: 'https://t.example/', body } })

    expect(reply.status).toBe(status)
    if (status === 400) expect(reply.body).toMatchObject({ errors: [{ path: '/node/body/contentType' }] })
  })

  it.each([
    ['ISO-8859-1', 'line 2, column 3', '"€" (U+20AC)', 'a\\n5 ▸€'],
    ['us-ascii', 'line 2, column 3', '"€" (U+20AC)', 'a\\n5 ▸€'],
  ])('a character that %s lacks takes the error branch, and is named', async (charset, ...parts) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = {
      structure: 'raw',
      contentType: `text/plain; charset=${charset}`,
      content: 'a\n{{ profile.v }}',
    }

    const reply = await execute({
      node: { method: 'POST', url: target.url, body },
      payload: { profile: { v: '5 €' } },
    })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'body_invalid', path: '/node/body/content' },
      delivered: 'no',
    })
    for (const part of parts) expect(reply.reason.message).toContain(part)
    expect(target.received).toEqual([])
  })

  it('what is broken is shown where it breaks, and no secret with it', async () => {
    const { execute } = await service()
    const secrets = { key: 'abcdefghijklmnopqrstuvwxyz' }
    const content = '{"key":"{{ secrets.key }}",\n"copy":"{{ profile.copy }}" "n":{{ profile.n }}}'
    const body = { structure: 'raw', contentType: 'application/json', content }

    const { reason } = await execute({
      node: { method: 'POST', url: 'https://t.example/', body },
      payload: { profile: { copy: `${secrets.key}!`, n: 1 } },
      secrets,
    })

    expect(reason.message).toContain('expected "," or "}" at line 2, column 38. There it reads: ')
    expect(reason.message).toContain('"copy":"•••!" ▸"n":1}')
    expect(JSON.stringify(reason)).not.toMatch(/abcd|wxyz/)
  })

  it.each([
    ['a form', form],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['another charset', 'application/json; charset=ISO-8859-1'],
  ])('a header that says %s of a JSON body is sent with a warning', async (_says, label) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const headers = [{ name: 'Content-Type', value: label }]
    const body = { structure: 'json', content: { a: 'é' } }

    const reply = await execute({ node: { method: 'POST', url: target.url, headers, body } })

    expect(reply).toMatchObject({
      branch: 'success',
      warnings: [{ code: 'content_type_mismatch', path: '/node/headers/0' }],
    })
    expect(target.received[0]?.rawHeaders).toContain(label)
    expect(String(target.received[0]?.body)).toBe('{"a":"é"}')
  })

  it('a preview has the curl command that sends the same bytes', async () => {
    const { preview } = await service()
    const body = { structure: 'raw', contentType: 'text/plain; charset=latin1', content: 'Müller' }

    const { curl } = await preview({ node: { method: 'POST', url: 'https://t.example/', body } })

    expect(curl?.split(' \\\n  ')).toEqual(
      expect.arrayContaining(["printf '%s' 'Müller' | iconv -f UTF-8 -t ISO-8859-1 |", '--data-binary @-']),
    )
  })
})
