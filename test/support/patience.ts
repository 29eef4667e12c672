import fc from 'fast-check'
import { vi } from 'vitest'

/**
 * Set up before every test file, so that a busy machine fails no test: a property begins as many runs as fit into its time, of
 * which the last one ends, and a wait for a condition has a wide net.
 */
const propertyMs = Number(process.env.PROPERTY_SECONDS ?? 3) * 1_000
const waitMs = 30_000
const pollMs = 10

const { waitFor, waitUntil } = vi
const now = performance.now.bind(performance) // where a test has a clock of its own, too

// The files of a worker share what this sets.
const isSet = Symbol.for('patience')
if (!Object.hasOwn(globalThis, isSet)) {
  Object.assign(globalThis, { [isSet]: true })
  fc.installGlobalPlugin(beginWithin(propertyMs))
  vi.waitFor = (callback, options) => waitFor(callback, withNet(options))
  vi.waitUntil = (callback, options) => waitUntil(callback, withNet(options))
}

/** Leaves out the runs for which there is no time. That of fast-check leaves a run that is under way to itself. */
function beginWithin(ms: number): Parameters<typeof fc.installGlobalPlugin>[0] {
  return () => {
    const end = now() + ms
    return { decorateRun: (run) => (value) => (now() < end ? run(value) : new fc.PreconditionFailure(true)) }
  }
}

function withNet(options: Parameters<typeof waitFor>[1]) {
  const own = typeof options === 'number' ? { timeout: options } : options
  return { interval: pollMs, timeout: waitMs, ...own }
}
