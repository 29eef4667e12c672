import { defineConfig } from 'vitest/config'

/** The suite that needs PostgreSQL, which it starts in a temporary folder. */
export default defineConfig({
  test: {
    include: ['test/postgres/**/*.test.ts'],
    globalSetup: 'test/postgres/support/start-cluster.ts',
    setupFiles: 'test/support/patience.ts',
    isolate: false,
    expect: { poll: { timeout: 10_000, interval: 20 } },
    testTimeout: 120_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
  },
})
