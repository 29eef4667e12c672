import { readFileSync } from 'node:fs'

/** So many idle connections take some 300 MB. */
const atMost = 20_000

/** What systems allow that cannot be asked. */
const usualMaxOpenFiles = 10_240

/**
 * How many connections of clients may be open without a setting. Each execution takes an open file for its target, and some
 * are left for all else; where files are few, clients still get a quarter of them.
 */
export function defaultMaxConnections(maxInFlight: number, maxOpenFiles = readMaxOpenFiles()): number {
  const afforded = Math.max(0.8 * maxOpenFiles - maxInFlight, 0.25 * maxOpenFiles)
  return Math.floor(Math.min(afforded, atMost))
}

/** The limit of this process, which Node has raised as far as it may. */
function readMaxOpenFiles(): number {
  try {
    const [, limit] =
      /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit ?? usualMaxOpenFiles)
  } catch {
    return usualMaxOpenFiles
  }
}
