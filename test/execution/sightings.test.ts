import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sightings } from '../../src/execution/sightings.ts'

describe('the text of a node', () => {
  it('is new the first time, and known right after', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const sightings = new Sightings()

        expect(sightings.note(text)).toBe(false)
        expect(sightings.note(text)).toBe(true)
      }),
    )
  })

  it('is remembered while a hundred others come, of which hardly any counts as known', () => {
    const sightings = new Sightings()
    const texts = Array.from({ length: 100 }, (_, index) => `{"id":"n-${index}"}`)

    expect(texts.filter((text) => sightings.note(text))).toEqual([])
    expect(texts.filter((text) => sightings.note(text)).length).toBeGreaterThan(90)
  })
})
