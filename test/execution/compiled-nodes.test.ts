import { describe, expect, it } from 'vitest'
import { CompiledNodes, weighNode } from '../../src/execution/node-cache.ts'
import { parseJson } from '../../src/webhook/values/json.ts'

const limits = { maxTimeoutMs: 10_000 }
const node = (id: string) => ({ id, method: 'POST' as const, url: 'https://target.example/' })

describe('a compiled node', () => {
  it('is kept for the next call with the same config', () => {
    const nodes = new CompiledNodes(limits)

    expect(nodes.compile(node('a'))).toBe(nodes.compile(node('a')))
    expect(nodes.compile(node('a'))).not.toBe(nodes.compile(node('b')))
  })

  it('is the one of a config that differs in nothing but the last digit of a long number', () => {
    const nodes = new CompiledNodes(limits)
    const withDigits = (digits: string) => {
      const text = `{"method":"POST","url":"https://target.example/","body":{"structure":"json","content":${digits}}}`
      const parsed = parseJson(text, { maxDepth: 10 })
      return nodes.compile((parsed.ok ? parsed.exact : null) as never)
    }

    expect(withDigits('12345678901234567890')).toBe(withDigits('12345678901234567890'))
    expect(withDigits('12345678901234567890')).not.toBe(withDigits('12345678901234567891'))
  })

  it('makes room for others when it was not used for longest', () => {
    const nodes = new CompiledNodes(limits, { entries: 2, weight: 10_000 })
    const a = nodes.compile(node('a'))
    const b = nodes.compile(node('b'))
    expect(nodes.compile(node('a'))).toBe(a)
    nodes.compile(node('c'))

    expect(nodes.compile(node('a'))).toBe(a)
    expect(nodes.compile(node('b'))).not.toBe(b)
  })

  it('is not kept where the configs have too many characters together', () => {
    const nodes = new CompiledNodes(limits, { entries: 100, weight: 100 })
    const large = node('x'.repeat(100))
    const small = nodes.compile(node('a'))

    expect(nodes.compile(large)).not.toBe(nodes.compile(large))
    expect(nodes.compile(node('a'))).not.toBe(small)
  })

  it('weighs more where its JSON has many values', () => {
    const weighing = (content: unknown) => {
      const config = { ...node('a'), body: { structure: 'json' as const, content } }
      const compiled = new CompiledNodes(limits).compile(config as never)
      const text = JSON.stringify(config)
      return compiled.ok ? weighNode(text, compiled.node) - text.length : Number.NaN
    }

    expect(weighing(Array(1_000).fill(1)) - weighing('1,1')).toBeGreaterThan(39_000)
    expect(weighing(Array(1_000).fill({})) - weighing('1,1')).toBeGreaterThan(79_000)
  })

  it('is none where there are errors, which are the same each time', () => {
    const nodes = new CompiledNodes(limits)
    const wrong = { ...node('a'), url: 'http://target.example/' }

    expect(nodes.compile(wrong)).toEqual(nodes.compile(wrong))
    expect(nodes.compile(wrong)).toMatchObject({ ok: false, errors: [{ path: '/node/url' }] })
  })
})
