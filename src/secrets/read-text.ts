import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'

/** The text of a file, or its problem: the end of a sentence that begins with the name of the file. */
export type ReadText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string }

/** Reads a UTF-8 file of limited size. Follows links. */
export function readText(path: string, maxBytes: number): ReadText {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) return wrong('is not a regular file')
    if (stats.size > maxBytes) return wrong(`is larger than ${maxBytes} bytes`)
    const bytes = readFileSync(path)
    return isUtf8(bytes) ? { ok: true, text: bytes.toString('utf8') } : wrong('is not UTF-8')
  } catch (error) {
    return wrong(`could not be read (${describeSystemError(error)})`)
  }
}

/** The code of a system error. Any other error is a bug. */
export function describeSystemError(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}

function wrong(problem: string): ReadText {
  return { ok: false, problem }
}
