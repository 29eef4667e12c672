import { readFileSync } from 'node:fs'

/** As many idle connections take about 300 MB. */
const atMost = 20_000

/** The usual limit on systems that do not report theirs: that of macOS. */
const usualMaxOpenFiles = 10_240

/**
 * Default for MAX_CONNECTIONS. Each execution needs an open file for its target, and some files are left for
 * everything else. With few files clients still get a quarter of them.
 */
export function defaultMaxConnections(maxInFlight: number, maxOpenFiles = readMaxOpenFiles()): number {
  const afforded = Math.max(0.8 * maxOpenFiles - maxInFlight, 0.25 * maxOpenFiles)
  return Math.floor(Math.min(afforded, atMost))
}

/**
 * Connections to targets that are kept for later calls. Each saves a handshake and takes an open file
 * (docs/decisions/performance.md). MAX_CONNECTIONS tells how many files there are.
 */
export function limitIdleConnections(maxConnections: number): number {
  return Math.max(256, Math.min(Math.floor(maxConnections / 4), 1_024))
}

/** The limit of open files of this process. Node has raised it to the hard limit. */
function readMaxOpenFiles(): number {
  try {
    const [, limit] =
      /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit ?? usualMaxOpenFiles)
  } catch {
    return usualMaxOpenFiles
  }
}
