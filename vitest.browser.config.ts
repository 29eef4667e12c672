import { defineConfig } from 'vitest/config'

/** Swagger UI in a real browser, which needs Debian's package chromium. */
export default defineConfig({
  test: { include: ['test/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 30_000 },
})
