import { defineConfig } from 'vitest/config'

/** Swagger UI and the console in a real browser, which needs Debian's package chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    setupFiles: 'test/support/patience.ts',
    expect: { poll: { timeout: 30_000, interval: 20 } },
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
})
