import type { Span } from './unescape.ts'
import type { View } from './view.ts'

/** The length of the shortest run of digits that can be double base64 of a value. It has a minimum, because short runs occur in any text. */
export function computeShortestRun(values: readonly string[]): number {
  const shortest = Math.min(...values.map((value) => Buffer.byteLength(value)))
  const digits = Math.floor((shortest * 8 - 10) / 6)
  return Math.max(11, Math.floor((digits * 4) / 3))
}

/** Decodes base64 in a text at each of the four alignments, because the start of a group of four digits is unknown. */
export function decodedViews({ bytes, locate }: View, shortestRun: number): readonly View[] {
  const views: View[] = []
  const next = (from: number) => nextRun(bytes, bytes.length, from, shortestRun)
  for (let run = next(0); run !== null; run = next(run[1]))
    for (let from = run[0]; from < run[0] + 4; from++)
      views.push({
        bytes: Buffer.from(bytes.toString('latin1', from, run[1]), 'base64'),
        locate: (start, end) => locate(from + Math.floor((start * 4) / 3), from + Math.ceil((end * 4) / 3)),
      })
  return views
}

/** The next run of at least `shortestRun` base64 digits. It looks at every `shortestRun`-th byte, which each such run covers. */
export function nextRun(bytes: Uint8Array, length: number, from: number, shortestRun: number): Span | null {
  for (let at = from + shortestRun - 1; at < length; at += shortestRun) {
    if (isBase64Digit[bytes[at] as number] === 0) continue
    let start = at
    while (start > from && isBase64Digit[bytes[start - 1] as number] === 1) start--
    let end = at + 1
    while (end < length && isBase64Digit[bytes[end] as number] === 1) end++
    if (end - start >= shortestRun) return [start, end]
  }
  return null
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'

/** 1 for a digit of base64 or base64url. */
export const isBase64Digit = Uint8Array.from({ length: 256 }, (_, byte) =>
  digits.includes(String.fromCharCode(byte)) ? 1 : 0,
)
