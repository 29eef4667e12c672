import { describe } from 'vitest'
import { describeStore } from '../contract.ts'
import { makeSqliteWorld } from './support/sqlite-world.ts'

describe('the store in a SQLite file', () => {
  describeStore(makeSqliteWorld)
})
