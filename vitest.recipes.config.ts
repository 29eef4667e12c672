import { defineConfig } from 'vitest/config'

/** The recipes, with their engines, against the service. Needs `npm ci` in recipes, which .ci/run does. */
export default defineConfig({
  test: {
    include: ['recipes/test/**/*.test.ts'],
    setupFiles: 'test/support/patience.ts',
    testTimeout: 120_000,
  },
})
