import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'

/** What decides: which request is safe, what is shown, which branch is taken. And the tests of it that are quick. */
const areas = {
  masking: {
    files: ['src/webhook/masking/*.ts'],
    tests: [
      'test/webhook/masking/*.test.ts',
      'test/webhook/response/*.test.ts',
      'test/execution/masking.test.ts',
    ],
  },
  retry: {
    files: [
      'src/webhook/{retry,retry-on,retry-safety,retry-after,idle-rules}.ts',
      'src/execution/attempt-loop.ts',
    ],
    tests: [
      'test/webhook/{retry,retry-safety,retry-after,idle-rules}.test.ts',
      'test/execution/{attempts,execute}.test.ts',
    ],
  },
  deciding: {
    files: ['src/webhook/decide.ts', 'src/webhook/response/{expectation,case,status-set}.ts'],
    tests: [
      'test/webhook/decide.test.ts',
      'test/webhook/response/{expectation,case}.test.ts',
      'test/execution/execute.test.ts',
    ],
  },
  captures: {
    files: ['src/webhook/capture.ts'],
    tests: [
      'test/webhook/capture.test.ts',
      'test/webhook/{response,template}/*.test.ts',
      'test/execution/execute.test.ts',
    ],
  },
  addresses: {
    files: ['src/egress/policy/*.ts'],
    tests: ['test/egress/policy/*.test.ts', 'test/docs/security.test.ts'],
  },
  templates: {
    files: ['expression-syntax', 'tag-rules', 'known-names'].map((name) => `src/webhook/template/${name}.ts`),
    tests: ['test/webhook/template/*.test.ts', 'test/webhook/capture.test.ts'],
  },
}

const { MUTATION_AREA, MUTATION_SAMPLE = '1', MUTATION_SEED = '1' } = process.env
const wanted = MUTATION_AREA?.split(',') ?? Object.keys(areas)
const files = wanted.flatMap((area) => areas[area].files.flatMap(filesOf))
// Read by vitest.mutation.config.ts in the processes that Stryker starts.
process.env.MUTATION_TESTS = wanted.flatMap((area) => areas[area].tests.flatMap(filesOf)).join(' ')

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: Number(MUTATION_SAMPLE) === 1 ? files : files.flatMap(sample),
  coverageAnalysis: 'perTest',
  // Node runs the files as they are. The compiler has no interface that Stryker could rewrite its configuration with.
  tsconfigFile: 'none.json',
  ignorePatterns: ['bench', 'coverage', 'reports'],
  cleanTempDir: 'always',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
}

/**
 * A file that has another name by now must not be left out in silence.
 * @param {string} pattern
 */
function filesOf(pattern) {
  const found = globSync(pattern).sort()
  if (found.length === 0) throw new Error(`stryker.config.js names ${pattern}, which is not there`)
  return found
}

/**
 * Some of the lines of a file, five at a time, always the same ones of a seed.
 * @param {string} file
 */
function sample(file) {
  const lines = readFileSync(file, 'utf8').split('\n').length
  const starts = Array.from({ length: Math.ceil(lines / 5) }, (_, index) => index * 5 + 1)
  return starts
    .filter((line) => isDrawn(`${MUTATION_SEED} ${file} ${line}`))
    .map((line) => `${file}:${line}-${line + 5}`)
}

/** @param {string} text */
function isDrawn(text) {
  return createHash('sha256').update(text).digest().readUInt32BE() < Number(MUTATION_SAMPLE) * 2 ** 32
}
