import { describe, expect, it } from 'vitest'
import { NodeCache, weighNode } from '../../src/execution/node-cache.ts'
import { parseJson } from '../../src/webhook/values/json.ts'
import { emptyConnectionStore } from '../support/empty-connection-store.ts'

const limits = { maxTimeoutMs: 10_000, connections: emptyConnectionStore }
const node = (id: string) => ({ id, method: 'POST' as const, url: 'https://target.example/' })

/** The node as it comes in a request. */
const given = (config: ReturnType<typeof node>) => ({ config, text: JSON.stringify(config) })

function compile(cache: NodeCache, config: ReturnType<typeof node>) {
  const compiled = cache.compile(given(config))
  return compiled.ok ? compiled.node : compiled.errors
}

/** A node that came twice is one that the cache has. */
function compileTwice(cache: NodeCache, config: ReturnType<typeof node>) {
  compile(cache, config)
  return compile(cache, config)
}

describe('a compiled node', () => {
  it('is kept from the second time that its text comes', () => {
    const cache = new NodeCache(limits)
    const { text } = given(node('a'))

    compile(cache, node('a'))
    expect(cache.find(text)).toBeUndefined()
    const second = compile(cache, node('a'))
    expect(cache.find(text)).toBe(second)
    expect(compile(cache, node('a'))).toBe(second)
    expect(cache.find(given(node('b')).text)).toBeUndefined()
  })

  it('is taken as it is where the request brings it', () => {
    const cache = new NodeCache(limits)
    const known = compileTwice(cache, node('a'))

    expect(cache.compile(known as never)).toEqual({ ok: true, node: known })
  })

  it('is found by what its config says where its text is not known', () => {
    const cache = new NodeCache(limits)
    const compileConfig = () => cache.compile({ config: node('a'), text: null })
    compileConfig()

    expect(compileConfig()).toEqual({ ok: true, node: cache.find(JSON.stringify(node('a'))) })
  })

  it('is the one of a config that differs in nothing but the last digit of a long number', () => {
    const cache = new NodeCache(limits)
    const withDigits = (digits: string) => {
      const text = `{"method":"POST","url":"https://target.example/","body":{"structure":"json","content":${digits}}}`
      const parsed = parseJson(text, { maxDepth: 10 })
      const requested = { config: (parsed.ok ? parsed.exact : null) as never, text: null }
      cache.compile(requested)
      const compiled = cache.compile(requested)
      return compiled.ok ? compiled.node : null
    }

    expect(withDigits('12345678901234567890')).toBe(withDigits('12345678901234567890'))
    expect(withDigits('12345678901234567890')).not.toBe(withDigits('12345678901234567891'))
  })

  it('makes room for others when it is the least recently used', () => {
    const cache = new NodeCache(limits, { entries: 2, weight: 10_000 })
    const a = compileTwice(cache, node('a'))
    const b = compileTwice(cache, node('b'))
    expect(compile(cache, node('a'))).toBe(a)
    compileTwice(cache, node('c'))

    expect(compile(cache, node('a'))).toBe(a)
    expect(compile(cache, node('b'))).not.toBe(b)
  })

  it('is not kept where it weighs more than the limit of all', () => {
    const cache = new NodeCache(limits, { entries: 100, weight: 300 })
    const large = node('x'.repeat(300))

    compileTwice(cache, large)
    expect(cache.find(given(large).text)).toBeUndefined()
    compileTwice(cache, node('a'))
    expect(cache.find(given(node('a')).text)).toBeDefined()
  })

  it('makes room where all together weigh too much', () => {
    const cache = new NodeCache(limits, { entries: 100, weight: 300 })
    const small = compileTwice(cache, node('a'))
    compileTwice(cache, node('x'.repeat(100)))

    expect(compile(cache, node('a'))).not.toBe(small)
  })

  it('weighs more where its JSON has many values', () => {
    const weighing = (content: unknown) => {
      const config = { ...node('a'), body: { structure: 'json' as const, content } }
      const compiled = new NodeCache(limits).compile({ config: config as never, text: null })
      const text = JSON.stringify(config)
      return compiled.ok ? weighNode(text, compiled.node) - text.length : Number.NaN
    }

    expect(weighing(Array(1_000).fill(1)) - weighing('1,1')).toBeGreaterThan(39_000)
    expect(weighing(Array(1_000).fill({})) - weighing('1,1')).toBeGreaterThan(79_000)
  })

  it('weighs more with each placeholder, however short', () => {
    const weigh = (url: string) => {
      const compiled = new NodeCache(limits).compile({ config: { ...node('a'), url }, text: null })
      return compiled.ok ? weighNode('', compiled.node) : Number.NaN
    }

    const one = weigh('https://target.example/{{ flow.a }}')
    expect(one).toBeGreaterThanOrEqual(1_000)
    expect(weigh('https://target.example/{{ flow.a }}{{ flow.b }}')).toBe(2 * one)
  })

  it('does not exist where there are errors, which are the same each time', () => {
    const cache = new NodeCache(limits)
    const wrong = given({ ...node('a'), url: 'http://target.example/' })

    expect(cache.compile(wrong)).toEqual(cache.compile(wrong))
    expect(cache.compile(wrong)).toMatchObject({ ok: false, errors: [{ path: '/node/url' }] })
    expect(cache.find(wrong.text)).toBeUndefined()
  })
})
