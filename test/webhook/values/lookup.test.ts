import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/webhook/values/json.ts'
import { attribute, nearestAttribute, nearestPath, valueAt } from '../../../src/webhook/values/lookup.ts'
import { suggest } from '../../../src/webhook/values/suggest.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const parsed = (text: string) => {
  const json = parseJson(text, { maxDepth: 100 })
  return json.ok ? json.exact : undefined
}

describe('an attribute', () => {
  it.each<[says: string, source: string, name: string, value: unknown]>([
    ['is found by its name', '{"email":"a"}', 'email', 'a'],
    ['is found by its exact name before a dotted path', '{"a.b":1,"a":{"b":2}}', 'a.b', 1],
    ['is found by its exact name though it is null', '{"a.b":null,"a":{"b":2}}', 'a.b', null],
    ['is found by a dotted path', '{"address":{"city":"Paris"}}', 'address.city', 'Paris'],
    ['of an array is found by its index', '{"items":[{"sku":"x"},{"sku":"y"}]}', 'items.1.sku', 'y'],
    ['is not what lies beyond an array', '{"items":[1]}', 'items.1', undefined],
    ['is not an index with zeros in front', '{"items":[1,2]}', 'items.01', undefined],
    ['is not an index that is negative', '{"items":[1,2]}', 'items.-1', undefined],
    ['is not the length of an array', '{"items":[1]}', 'items.length', undefined],
    ['is not the length of a text', '{"name":"Ada"}', 'name.length', undefined],
    ['is not a character of a text', '{"name":"Ada"}', 'name.0', undefined],
    ['is not the prototype', '{}', '__proto__', undefined],
    ['is not the constructor', '{}', 'constructor', undefined],
    ['is not reached through the constructor', '{"a":{}}', 'a.constructor.name', undefined],
    ['is not a method', '{"a":[]}', 'a.map', undefined],
    ['may be called __proto__', '{"__proto__":"mine"}', '__proto__', 'mine'],
    ['may be called constructor', '{"a":{"constructor":"mine"}}', 'a.constructor', 'mine'],
    ['may be called length', '{"length":3}', 'length', 3],
    ['may have an empty name', '{"":{"":1}}', '.', 1],
    ['is not found by a path that ends in a dot', '{"a":{"b":1}}', 'a.', undefined],
    ['is not found by a path that begins with a dot', '{"a":1}', '.a', undefined],
    ['is not found within null', '{"a":null}', 'a.b', undefined],
    ['is found in its own case only', '{"Email":"a"}', 'email', undefined],
  ])('%s: %s at %s', (_says, source, name, value) => {
    expect(attribute(parsed(source), name)).toEqual(value)
  })

  it('is never one that the payload does not have', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)), (name) => {
        expect(attribute({}, name)).toBeUndefined()
        expect(attribute({ list: [], text: '' }, `list.${name}`)).toBeUndefined()
        expect(attribute({ list: [], text: '' }, `text.${name}`)).toBeUndefined()
      }),
    )
  })

  it('of any JSON object is found by any name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (source) => {
        for (const [name, value] of Object.entries(source)) expect(attribute(source, name)).toBe(value)
      }),
    )
  })
})

describe('the path that was meant', () => {
  const profile = { email: 'a', address: { city: 'Paris', 'zip.code': 1 }, items: [{ sku: 'x' }] }

  it.each<[names: string[], meant: string | null]>([
    [['emial'], 'email'],
    [['EMAIL'], 'email'],
    [['adress', 'city'], 'address.city'],
    [['address', 'ctiy'], 'address.city'],
    [['address', 'zip_code'], 'address.zip.code'],
    [['items', '0', 'skü'], 'items.0.sku'],
    [['phone'], null],
    [['items', '7'], null],
    [['email', 'length'], null],
    [['x'.repeat(10_000)], null],
  ])('of %j is %j', (names, meant) => {
    expect(nearestPath(profile, names)).toBe(meant)
  })

  it('is that of the first name which leads nowhere', () => {
    const name = fc.constantFrom('email', 'emial', 'address', 'adress', 'city', 'items', '0', '1', 'x')
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        expect(nearestPath(profile, names)).toBe(meantBy(profile, names))
      }),
    )
  })

  it('is searched for in little time among the names of a large payload, a thousand times', () => {
    const large = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]))
    const began = cpuMs()

    for (let index = 0; index < 1_000; index++) nearestPath({ large }, ['large', `missing${index}`])

    expect(cpuMs() - began).toBeLessThan(1000)
  })

  it('is found at the end of many names', () => {
    const deep = parsed(`${'{"a":'.repeat(99)}{"b":1}${'}'.repeat(99)}`)
    const names = [...Array(99).fill('a'), 'c', ...Array(500_000).fill('d')]
    const began = cpuMs()

    expect(nearestPath(deep, names)).toBe(
      [...Array(99).fill('a'), 'b', ...Array(500_000).fill('d')].join('.'),
    )

    expect(cpuMs() - began).toBeLessThan(1000)
  })
})

describe('the attribute that was meant', () => {
  it.each<[name: string, meant: string | null]>([
    ['emial', 'email'],
    ['adress.city', 'address.city'],
    ['zip.kode', 'zip.code'],
    ['phone', null],
    ['profile.email', 'email'],
    ['profile.emial', 'email'],
    ['profile.address.city', 'address.city'],
    ['profile.', null],
  ])('by %s is %s', (name, meant) => {
    expect(nearestAttribute({ email: 'a', address: { city: 'Paris' }, 'zip.code': 1 }, name, 'profile')).toBe(
      meant,
    )
  })
})

/** One name after the other. */
function meantBy(root: unknown, [name, ...rest]: readonly string[]): string | null {
  if (name === undefined || typeof root !== 'object' || root === null) return null
  const next = valueAt(root, [name])
  const inner = next === undefined ? rest.join('.') : meantBy(next, rest)
  const own = next === undefined ? (Array.isArray(root) ? null : suggest(name, Object.keys(root))) : name
  return own === null || inner === null ? null : inner === '' ? own : `${own}.${inner}`
}
