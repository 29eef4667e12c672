import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { collectGarbage } from '../src/collect-garbage.ts'

it('frees what nothing refers to', async () => {
  const kept = { some: 'value' }
  const references = [new WeakRef(kept), new WeakRef({ some: 'value' })]
  // A reference that was just made holds its object until the turn ends.
  await nextTurn()
  await collectGarbage()
  expect(references.map((reference) => reference.deref())).toEqual([kept, undefined])
})
