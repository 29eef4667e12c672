import { describe, expect, it } from 'vitest'
import { suggest } from '../../../src/webhook/values/suggest.ts'
import { cpuMs } from '../../support/cpu-time.ts'

describe('the nearest word', () => {
  it.each<[word: string, candidates: string[], meant: string | null]>([
    ['emial', ['name', 'email'], 'email'],
    ['e-mail', ['email'], 'email'],
    ['Email', ['email', 'mail'], 'email'],
    ['upcas', ['upcase', 'downcase'], 'upcase'],
    ['score', ['lead_score'], null],
    ['phone', ['email', 'name'], null],
    ['id', ['ib'], 'ib'],
    ['id', ['xy'], null],
    ['anything', [], null],
  ])('to %s among %j is %j', (word, candidates, meant) => {
    expect(suggest(word, candidates)).toBe(meant)
  })

  it('is searched for within a limit', () => {
    const candidates = Array.from({ length: 100_000 }, (_, index) => `${'a'.repeat(30)}${index}`)
    const began = cpuMs()

    for (let round = 0; round < 100; round++) suggest(`${'b'.repeat(35)}`, candidates)

    expect(cpuMs() - began).toBeLessThan(1000)
  })
})
