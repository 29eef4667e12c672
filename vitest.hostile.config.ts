import { defineConfig } from 'vitest/config'

/** What an attacker sends, from either side, against the service as a process with little memory. */
export default defineConfig({
  test: {
    include: ['test/hostile/**/*.test.ts'],
    setupFiles: 'test/support/patience.ts',
    fileParallelism: false, // stalls are measured: what else runs at the same time would be measured too
    testTimeout: 60_000,
    hookTimeout: 30_000,
    taskTitleValueFormatTruncate: 0,
  },
})
