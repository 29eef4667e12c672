import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What needs a network of its own, a database, a browser or the machine for itself has a script of its own: npm run
    // test:egress, npm run test:postgres, npm run test:browser, npm run test:hostile.
    exclude: [
      ...configDefaults.exclude,
      'test/namespace/**',
      'test/postgres/**',
      'test/browser/**',
      'test/hostile/**',
    ],
    // No test changes what another one sees: the files share their workers, and what they import is loaded once.
    isolate: false,
    // Half of a file's time is waiting, for clocks, sockets and processes.
    maxWorkers: 4,
    setupFiles: 'test/support/patience.ts',
    expect: { poll: { timeout: 30_000, interval: 10 } },
    // A net for what hangs, not a measure: on a busy machine a property or a process takes several times as long.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // As `main` sets it.
    env: { TZ: 'UTC' },
    coverage: {
      include: ['src/**/*.ts'],
      // What needs PostgreSQL is loaded by a suite of its own only.
      exclude: ['**/*.d.ts', 'src/durability/postgres/**'],
      reporter: ['text-summary', 'html'],
      // Half a percent below what it was on 2026-11-30 (98.19, 97.02, 97.53, 93.33), because a property runs as often as it
      // has time. What a test runs in a process of its own is not counted.
      thresholds: { lines: 97.5, statements: 96.5, functions: 97, branches: 92.5 },
    },
  },
})
