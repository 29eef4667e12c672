import { defineConfig } from 'vitest/config'

/** The TypeScript client, against the service. Needs `npm ci` in clients/typescript, which .ci/run does. */
export default defineConfig({
  test: { include: ['clients/typescript/test/**/*.test.ts'], testTimeout: 60_000 },
})
