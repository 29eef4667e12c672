import { defineConfig } from 'vitest/config'

/** What Stryker runs: the tests of the areas that stryker.config.js was asked for. */
export default defineConfig({
  test: {
    include: process.env.MUTATION_TESTS?.split(' ') ?? [],
    isolate: false,
    setupFiles: 'test/support/patience.ts',
    testTimeout: 60_000,
    env: { TZ: 'UTC' },
  },
})
