import { describe, expect, it, vi } from 'vitest'
import { requestNames, responseNames } from '../../../src/webhook/template/known-names.ts'
import { onceForEachText } from '../../../src/webhook/template/known-texts.ts'
import type { Compiled } from '../../../src/webhook/template/template.ts'

describe('a text', () => {
  function start(compile: (text: string) => Compiled<object> = () => ({ ok: true, template: {} })) {
    const counted = vi.fn(compile)
    return { counted, compile: onceForEachText(counted) }
  }

  it('is compiled once for the same names', () => {
    const { counted, compile } = start()
    const first = compile('a', responseNames)

    expect(compile('a', responseNames)).toBe(first)
    expect(compile('a', requestNames)).not.toBe(first)
    expect(compile('b', responseNames)).not.toBe(first)
    expect(counted).toHaveBeenCalledTimes(3)
  })

  it('is compiled again if it has a problem, or is long', () => {
    const failing = start(() => ({ ok: false, problem: 'is wrong' }))
    const long = start()
    for (const text of ['a', 'a']) failing.compile(text, responseNames)
    for (const text of ['a', 'a']) long.compile(text.repeat(1_025), responseNames)

    expect(failing.counted).toHaveBeenCalledTimes(2)
    expect(long.counted).toHaveBeenCalledTimes(2)
  })

  it('is forgotten after 65,536 characters of others', () => {
    const { counted, compile } = start()
    const others = Array.from({ length: 64 }, (_, index) => String(index).padEnd(1_024, '.'))
    const texts = ['first', ...others, 'first']
    for (const text of texts) compile(text, responseNames)

    expect(counted).toHaveBeenCalledTimes(texts.length)
  })

  it('may be empty', () => {
    const { counted, compile } = start()
    for (const text of ['', '']) compile(text, responseNames)
    expect(counted).toHaveBeenCalledTimes(1)
  })
})
