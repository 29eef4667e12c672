import { describe } from 'vitest'
import { describeStore } from '../durability/contract.ts'
import { makePostgresWorld } from './support/postgres-world.ts'

describe('the store in PostgreSQL', () => {
  describeStore(makePostgresWorld, { modelRuns: 4 })
})
