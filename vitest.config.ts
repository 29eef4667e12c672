import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Dials the whole world, and does so in a network of its own: npm run test:egress.
    exclude: [...configDefaults.exclude, 'test/namespace/**'],
    // No test changes what another one sees: the files share their workers, and what they import is loaded once.
    isolate: false,
    coverage: { include: ['src/**'] },
  },
})
