import { constants, fstatSync, openSync } from 'node:fs'

/** The standard output or the standard error. */
export interface StandardStream {
  readonly fd: number
  /** Whether a write may hang. Otherwise it fails at once with EAGAIN. */
  readonly mayHang: boolean
}

/**
 * Opens a standard stream in non-blocking mode, so that a write does not wait for the reader of a pipe or for a
 * stopped terminal. A write that hangs would block a thread, and the process could not end.
 */
export function openStandardStream(fd: 1 | 2): StandardStream {
  const stats = fstatSync(fd)
  if (stats.isFIFO() || stats.isCharacterDevice()) {
    const own = openAnew(fd)
    if (own !== null) return { fd: own, mayHang: false }
  }
  if (stats.isFIFO() || stats.isSocket()) unblock(fd)
  return { fd, mayHang: stats.isCharacterDevice() }
}

/**
 * Opens the same pipe or device again, for this process alone, so that the mode of other writers, such as a shell,
 * does not change. Null if the system has no such files, the user lacks permission, or a pipe has lost its reader.
 */
function openAnew(fd: number): number | null {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return null
  }
}

/**
 * Accessing `process.stdout` or `process.stderr` makes Node create the stream, and sets a pipe or a socket to
 * non-blocking mode.
 */
function unblock(fd: 1 | 2): void {
  void (fd === 1 ? process.stdout : process.stderr)
}
