import { describe } from 'vitest'
import { describeStore } from '../contract.ts'
import { startLocalWorker } from './support/local-worker.ts'
import { makeSqliteWorld } from './support/sqlite-world.ts'

describe('the store in a SQLite file', () => {
  describeStore(() => makeSqliteWorld(), { modelRuns: 2 })
})

describe('the same without its thread', () => {
  describeStore(() => makeSqliteWorld({ startWorker: startLocalWorker }), { modelRuns: 40 })
})
