import { constants, fstatSync, openSync } from 'node:fs'

/** The standard output or the standard error, as something to write to. */
export interface StandardStream {
  readonly fd: number
  /** Whether a write may take for ever. Else the system says at once that it takes nothing now: EAGAIN. */
  readonly mayHang: boolean
}

/**
 * Opens a standard stream so that a write does not wait for the reader of a pipe, or for a terminal that is
 * stopped. A write that hangs would take a thread with it, and without that thread the process cannot end.
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
 * The same pipe or device opened once more, for this process alone: others that write to it, such as a shell, go on as they
 * were. Null where the system has no such files, the user may not, or a pipe has lost its reader.
 */
function openAnew(fd: number): number | null {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return null
  }
}

/** Node makes a stream of a pipe or a socket when it is first asked for, which unblocks what the stream writes to. */
function unblock(fd: 1 | 2): void {
  void (fd === 1 ? process.stdout : process.stderr)
}
