/** Primary result codes (https://www.sqlite.org/rescode.html) of what is no fault of the statement. */
const outside = new Map([
  [5, 'busy'],
  [6, 'locked'],
  [7, 'out of memory'],
  [8, 'read-only'],
  [10, 'input or output failed'],
  [11, 'damaged'],
  [13, 'disk full'],
  [14, 'cannot be opened'],
  [15, 'locking failed'],
  [26, 'not a database'],
])

/** What keeps SQLite from working, as in "disk full"; null if the error is none of SQLite's, or a bug. */
export function describeOutage(error: unknown): string | null {
  const code = findResultCode(error)
  const words = code === null ? undefined : outside.get(code & 0xff)
  return words === undefined ? null : `${words} (SQLite ${code})`
}

/** Whether another connection holds what was asked for. */
export function isBusy(error: unknown): boolean {
  return findResultCode(error) === 5
}

/** The extended result code. */
function findResultCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : null
}
