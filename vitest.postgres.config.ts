import { defineConfig } from 'vitest/config'

/** The suite that needs PostgreSQL, which it starts in a temporary folder. */
export default defineConfig({
  test: {
    include: ['test/postgres/**/*.test.ts'],
    globalSetup: 'test/postgres/support/start-cluster.ts',
    setupFiles: 'test/support/patience.ts',
    isolate: false,
    // Most of the time is waiting: for leases, for processes, for a database that does not answer.
    maxWorkers: 2,
    // What pg is about to refuse fails here.
    execArgv: ['--throw-deprecation'],
    expect: { poll: { timeout: 30_000, interval: 20 } },
    testTimeout: 120_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
  },
})
