import { setImmediate as nextRound } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RoundBudget } from '../../../src/egress/limits/round-budget.ts'

const all = 32_768

describe('responses that come at once', () => {
  it('are read at once while they are small', () => {
    const budget = new RoundBudget(all)
    for (let read = 0; read < 60; read++) budget.take(500)

    expect(budget.isOpen).toBe(true)
  })

  it('wait for the next round of the event loop once its budget is used, in order of arrival', async () => {
    const budget = new RoundBudget(all)
    const rounds: string[][] = []
    const read = (name: string, bytes: number) => () => {
      rounds.at(-1)?.push(name)
      budget.take(bytes)
    }
    budget.take(all)
    expect(budget.isOpen).toBe(false)
    budget.wait(read('large', all))
    budget.wait(read('small', 1))
    budget.wait(read('another small', 1))

    for (let round = 0; round < 3; round++) {
      rounds.push([])
      await nextRound()
    }

    expect(rounds.filter((names) => names.length > 0)).toEqual([['large'], ['small', 'another small']])
    expect(budget.isOpen).toBe(true)
  })

  it('go to the end when they wait again', async () => {
    const budget = new RoundBudget(all)
    const order: string[] = []
    const readOn = (name: string, pieces: number): void => {
      for (let left = pieces; left > 0; left--) {
        if (!budget.isOpen) {
          budget.wait(() => readOn(name, left))
          return
        }
        order.push(name)
        budget.take(all)
      }
    }

    readOn('a', 3)
    readOn('b', 2)
    for (let round = 0; round < 6; round++) await nextRound()

    expect(order).toEqual(['a', 'a', 'b', 'a', 'b'])
  })

  it('keep to the budget of a round, however many of them wait again', async () => {
    const budget = new RoundBudget(all)
    const rounds = [0]
    const readOn = (pieces: number): void => {
      for (let left = pieces; left > 0; left--) {
        if (!budget.isOpen) {
          budget.wait(() => readOn(left))
          return
        }
        rounds.push((rounds.pop() ?? 0) + 1)
        budget.take(all)
      }
    }

    for (let response = 0; response < 20; response++) readOn(5)
    for (let round = 1; round < 100; round++) {
      rounds.push(0)
      await nextRound()
    }

    expect(rounds).toEqual(Array.from({ length: 100 }, () => 1))
  })
})
