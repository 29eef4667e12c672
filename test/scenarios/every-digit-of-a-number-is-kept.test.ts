import { describe, expect, it } from 'vitest'
import { cpuMs } from '../support/cpu-time.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** None of them survives a double; `1.10` and `7` do, as numbers. */
const long = '12345678901234567890'
const precise = '0.1234567890123456789'
const huge = '1e400'

describe('a number', () => {
  it('keeps every digit from the payload to any place where it is sent whole', async () => {
    const target = await receiver((_request, response) => response.end())
    const { post } = await service()
    const request = `{
      "node": {
        "method": "POST",
        "url": "${target.url}/{{ profile.id }}",
        "query": [{ "name": "id", "source": "profile", "field": "id" }],
        "headers": [{ "name": "X-Id", "value": "{{ profile.id }}" }],
        "body": { "structure": "simple", "fields": [
          { "name": "id", "source": "profile", "field": "id" },
          { "name": "template", "value": "{{ profile.precise }}" },
          { "name": "list", "source": "profile", "field": "list" },
          { "name": "literal", "literal": { "deep": [${huge}] } },
          { "name": "value", "value": ${long} }
        ] }
      },
      "payload": { "profile": { "id": ${long}, "precise": ${precise}, "list": [7, ${long}] } }
    }`

    const { status } = await post('/v1/execute', request)

    expect(status).toBe(200)
    const [received] = target.received
    expect(received?.target).toBe(`/${long}?id=${long}`)
    expect(received?.rawHeaders).toEqual(expect.arrayContaining(['X-Id', long]))
    expect(received?.body.toString()).toBe(
      `{"id":${long},"template":${precise},"list":[7,${long}],"literal":{"deep":[${huge}]},"value":${long}}`,
    )
  })

  it('keeps every digit in a full body, and in a form', async () => {
    const target = await receiver((_request, response) => response.end())
    const { post } = await service()
    const writeRequest = (contentType: string) => `{
      "node": {
        "method": "POST", "url": "${target.url}/",
        "body": { "structure": "full", "source": "event", "contentType": "${contentType}" }
      },
      "payload": { "event": { "id": ${long}, "amount": ${precise} } }
    }`

    await post('/v1/execute', writeRequest('application/json'))
    await post('/v1/execute', writeRequest('application/x-www-form-urlencoded'))

    expect(target.received.map(({ body }) => body.toString())).toEqual([
      `{"id":${long},"amount":${precise}}`,
      `id=${long}&amount=${precise}`,
    ])
  })

  it('keeps every digit from the response to the captured value', async () => {
    const target = await receiver((_request, response) => response.end(`{"id":${long}}`))
    const { url } = await service()
    const node = {
      method: 'POST',
      url: target.url,
      capture: { id: '{{ response.json.id }}', text: 'No. {{ response.json.id }}' },
    }

    const response = await fetch(`${url}/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ node }),
    })

    expect(await response.text()).toContain(`"captured":{"id":${long},"text":"No. ${long}"}`)
  })

  it('keeps every digit where it fills the request or the response, and delays no other call', async () => {
    const endless = `1${'0'.repeat(120_000)}1`
    const target = await receiver((_request, response) => response.end(`{"id":${endless}}`))
    const { url } = await service()
    const body = `{
      "node": {
        "method": "POST", "url": "${target.url}/", "capture": { "id": "{{ response.json.id }}" },
        "body": { "structure": "full", "source": "event" }
      },
      "payload": { "event": { "id": ${endless} } }
    }`
    const began = cpuMs()

    const response = await fetch(`${url}/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })

    expect(await response.text()).toContain(`"captured":{"id":${endless}}`)
    expect(cpuMs() - began).toBeLessThan(2_000)
    expect(target.received[0]?.body.toString()).toBe(`{"id":${endless}}`)
  })
})

describe('the spelling of a number', () => {
  it.each([
    ['7', '7'],
    ['-7', '-7'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['123.00', '123'],
    ['1.10', '1.1'],
    ['1E2', '100'],
    ['1e2', '100'],
    ['0.1', '0.1'],
    ['0.0000001', '1e-7'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['9007199254740992', '9007199254740992'],
    ['1e21', '1e+21'],
    ['9007199254740993', 'itself'],
    ['-9007199254740993', 'itself'],
    [long, 'itself'],
    [`${long}.0`, 'itself'],
    ['100000000000000000000', 'itself'],
    ['1000000000000000000000', 'itself'],
    ['100000000000000000000000', 'itself'],
    ['0.1000000000000000055511151231257827', 'itself'],
    ['1e400', 'itself'],
    ['-1E400', 'itself'],
    ['1e-400', 'itself'],
    ['4e-324', 'itself'],
  ])('is normalized on the way out: %s as %s, wherever it comes from', async (number, expected) => {
    const written = expected === 'itself' ? number : expected
    const target = await receiver((_request, response) => response.end(`{"id":${number}}`))
    const { url } = await service()
    const body = `{
      "node": {
        "method": "POST", "url": "${target.url}/",
        "query": [{ "name": "q", "source": "profile", "field": "n" }],
        "headers": [{ "name": "X-N", "literal": ${number} }],
        "body": { "structure": "json", "content": {
          "content": ${number}, "list": [${number}], "value": "{{ profile.n }}", "text": "No. {{ profile.n }}"
        } },
        "capture": { "id": "{{ response.json.id }}" }
      },
      "payload": { "profile": { "n": ${number} } }
    }`

    const headers = { 'content-type': 'application/json' }
    const reply = await (await fetch(`${url}/v1/execute`, { method: 'POST', headers, body })).text()

    const [received] = target.received
    expect(received?.target).toBe(`/?q=${encodeURIComponent(written)}`)
    expect(received?.rawHeaders).toEqual(expect.arrayContaining(['X-N', written]))
    expect(received?.body.toString()).toBe(
      `{"content":${written},"list":[${written}],"value":${written},"text":"No. ${written}"}`,
    )
    expect(reply).toContain(`"captured":{"id":${written}}`)
  })
})
