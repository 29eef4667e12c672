import { defineConfig } from 'vitest/config'

/** The suite that needs a network namespace of its own, in which nothing can leave the machine. */
export default defineConfig({
  test: {
    include: ['test/namespace/**/*.test.ts'],
    globalSetup: 'test/namespace/enter.ts',
    setupFiles: 'test/support/patience.ts',
    testTimeout: 60_000,
    hookTimeout: 30_000,
    fileParallelism: false, // there is one network
  },
})
