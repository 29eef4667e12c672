import fc from 'fast-check'
import { vi } from 'vitest'

/**
 * Set up before every test file, so that a busy machine fails no test: a property has as many runs as fit into its time, and
 * a wait for a condition has a wide net.
 */
const propertyMs = Number(process.env.PROPERTY_SECONDS ?? 3) * 1_000
const waitMs = 30_000
const pollMs = 10

const { waitFor, waitUntil } = vi

// The files of a worker share what this sets.
if (fc.readConfigureGlobal()?.interruptAfterTimeLimit === undefined) {
  fc.configureGlobal({ interruptAfterTimeLimit: propertyMs })
  vi.waitFor = (callback, options) => waitFor(callback, withNet(options))
  vi.waitUntil = (callback, options) => waitUntil(callback, withNet(options))
}

function withNet(options: Parameters<typeof waitFor>[1]) {
  const own = typeof options === 'number' ? { timeout: options } : options
  return { interval: pollMs, timeout: waitMs, ...own }
}
