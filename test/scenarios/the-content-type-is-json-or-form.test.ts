import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const fields = [
  { name: 'name', source: 'profile', field: 'name' },
  { name: 'score', source: 'profile', field: 'score' },
  { name: 'tags', source: 'profile', field: 'tags' },
  { name: 'address', source: 'profile', field: 'address' },
  { name: 'phone', source: 'profile', field: 'phone' },
]
const profile = {
  name: 'Ada & Grace',
  score: 97,
  tags: ['a', 'b c'],
  address: { city: 'São Paulo', lines: [{ street: 'R. 1' }] },
  phone: null,
}

describe('a body of fields', () => {
  it('is sent as JSON with the types of the values', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'simple', contentType: 'application/json', fields }

    await execute({ node: { method: 'POST', url: target.url, body }, payload: { profile } })

    const [request] = target.received
    expect(headersNamed(request, 'Content-Type')).toEqual([['Content-Type', 'application/json']])
    expect(request?.body.toString()).toBe(
      '{"name":"Ada & Grace","score":97,"tags":["a","b c"],' +
        '"address":{"city":"São Paulo","lines":[{"street":"R. 1"}]},"phone":null}',
    )
  })

  it('is sent as a form as browsers do, with repeated names for lists and brackets for what is nested', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const contentType = 'application/x-www-form-urlencoded'
    const body = { structure: 'simple', contentType, fields }

    await execute({ node: { method: 'POST', url: target.url, body }, payload: { profile } })

    const [request] = target.received
    expect(headersNamed(request, 'Content-Type')).toEqual([['Content-Type', contentType]])
    expect(request?.body.toString()).toBe(
      'name=Ada+%26+Grace&score=97&tags=a&tags=b+c' +
        '&address%5Bcity%5D=S%C3%A3o+Paulo&address%5Blines%5D%5B0%5D%5Bstreet%5D=R.+1&phone=',
    )
  })

  it('is JSON where the node does not say', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'full', source: 'profile' }

    await execute({ node: { method: 'POST', url: target.url, body }, payload: { profile: { id: 1 } } })

    const [request] = target.received
    expect(headersNamed(request, 'Content-Type')).toEqual([['Content-Type', 'application/json']])
    expect(request?.body.toString()).toBe('{"id":1}')
  })

  it('may be labelled otherwise with a header of the node', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const headers = [{ name: 'content-type', value: 'application/vnd.crm+json' }]
    const body = { structure: 'json', content: { id: 1 } }

    await execute({ node: { method: 'POST', url: target.url, headers, body } })

    const [request] = target.received
    expect(headersNamed(request, 'Content-Type', 'content-type')).toEqual([
      ['content-type', 'application/vnd.crm+json'],
    ])
    expect(request?.body.toString()).toBe('{"id":1}')
  })
})
