import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node with parameters', () => {
  it('keeps case, order and repetition of their names', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const names = ['Zeta', 'alpha', 'ALPHA', 'alpha', '__proto__', 'constructor', 'a[0].b', 'mit Leer']
    const query = names.map((name, index) => ({ name, value: index }))

    await execute({ node: { method: 'GET', url: `${target.url}/`, query } })

    expect(target.received[0]?.target).toBe(
      '/?Zeta=0&alpha=1&ALPHA=2&alpha=3&__proto__=4&constructor=5&a%5B0%5D.b=6&mit%20Leer=7',
    )
  })

  it('sends two hundred of them', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const names = Array.from({ length: 200 }, (_, index) => `attribute_${index}`)
    const query = names.map((name) => ({ name, source: 'profile', field: name }))
    const profile = Object.fromEntries(names.map((name, index) => [name, index]))

    await execute({ node: { method: 'GET', url: `${target.url}/`, query }, payload: { profile } })

    expect(target.received[0]?.target).toBe(`/?${names.map((name, index) => `${name}=${index}`).join('&')}`)
  })

  it('keeps names and order of the members of a JSON body too', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const fields = ['z', 'Z', '10', '2', '__proto__'].map((name) => ({ name, value: name }))

    await execute({ node: { method: 'POST', url: target.url, body: { structure: 'simple', fields } } })

    expect(target.received[0]?.body.toString()).toBe(
      '{"z":"z","Z":"Z","10":"10","2":"2","__proto__":"__proto__"}',
    )
  })
})
