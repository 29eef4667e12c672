import { setImmediate as nextRound } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { LoopTurns } from '../../src/execution/loop-turns.ts'

describe('long tasks', () => {
  it('have one round of the event loop each, in order of arrival', async () => {
    const turns = new LoopTurns()
    const rounds: number[][] = []
    const work = [1, 2, 3].map(async (piece) => {
      await turns.take()
      rounds.at(-1)?.push(piece)
    })

    for (let round = 0; round < 4; round++) {
      rounds.push([])
      await nextRound()
    }

    await Promise.all(work)
    expect(rounds.filter((pieces) => pieces.length > 0)).toEqual([[1], [2], [3]])
  })

  it('follow behind those that wait', async () => {
    const turns = new LoopTurns()
    const done: string[] = []
    const first = turns.take().then(() => done.push('first'))
    const second = turns.take().then(() => done.push('second'))
    await first
    const third = turns.take().then(() => done.push('third'))

    await Promise.all([second, third])
    await turns.take()

    expect(done).toEqual(['first', 'second', 'third'])
  })

  it.each([
    [65_535, false],
    [65_536, true],
  ])('include those on a text of %i characters: %s', (characters, isLong) => {
    expect(LoopTurns.isLong(characters)).toBe(isLong)
  })

  it.each([
    ['{{flow.a}}'.repeat(249), false],
    ['{{flow.a}}'.repeat(250), true],
    [String.raw`\u007b\u007Bflow.a}}`.repeat(250), true],
    [String.raw`\u007b{flow.a}}`.repeat(250), true],
    ['x'.repeat(60_000), false],
  ])('include compiling a node with many placeholders, however they are written', (content, isLong) => {
    expect(LoopTurns.isLongToCompile(Buffer.from(content))).toBe(isLong)
  })
})
