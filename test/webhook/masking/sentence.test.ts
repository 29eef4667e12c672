import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasker } from '../../../src/webhook/masking/mask.ts'
import { maskSentence } from '../../../src/webhook/masking/sentence.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const values = ['target', 'connection', 'flow', 'Retry-After', 'k3y-of-it']
const shown = (sentence: string) => maskSentence(sentence, createMasker(values))

describe('a sentence of the service', () => {
  it.each([
    'The target gets too many calls. Slow the flow down.',
    'A connection (target) was closed: target, flow; connection',
    'target',
    'The header Retry-After says when.',
  ])('keeps its own words although they are values to mask: %s', (sentence) => {
    expect(shown(sentence)).toBe(sentence)
  })

  it.each([
    ['The target says "wrong connection".', 'The target says "wrong •••".'],
    ['The target says "target", and "flow".', 'The target says "•••", and "•••".'],
    ['The target says "a "target" b".', 'The target says "a "•••" b".'],
    ['The target says "target', 'The target says "•••'],
    ['The host target.example is closed.', 'The host •••.example is closed.'],
    ['The target sent user=target.', 'The target sent user=•••.'],
    ['The target sent k3y-of-it.', 'The target sent •••.'],
    ['The target sent dGFyZ2V0.', 'The target sent •••.'],
  ])('masks what stands in it: %s', (sentence, masked) => {
    expect(shown(sentence)).toBe(masked)
  })

  it('shows no value between quotes, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: fc.constantFrom(...'ab" -.é') }), (value) => {
        const own = 'ab ba aa-bb. '
        const display = maskSentence(`${own}The target says "<${value}>".`, createMasker([value]))
        expect(display.slice(own.length)).not.toContain(`<${value}>`)
      }),
    )
  })

  it('is read in linear time', () => {
    const began = cpuMs()
    shown(`"${'target '.repeat(40_000)}"${'target '.repeat(40_000)}`)
    expect(cpuMs() - began).toBeLessThan(2_000)
  })
})
