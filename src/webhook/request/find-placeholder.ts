import type { Encoder } from '../template/encoders.ts'
import type { Scope } from '../template/render-context.ts'
import type { Template } from '../template/template.ts'

/** The range of a value in a rendered text. */
interface ValueRange {
  readonly start: number
  readonly end: number
}

/**
 * The placeholder that wrote a place of a rendered text, as the author wrote it, in quotes. An empty value is found from the
 * place behind it. Null if the place is the author's own text, or if tags decide what is written. It renders the text again.
 */
export function findPlaceholder(
  template: Template,
  scope: Scope,
  encoder: Encoder,
  at: number,
): FoundPlaceholder | null {
  const { placeholders } = template
  if (placeholders === null || placeholders.length === 0) return null
  const ranges: ValueRange[] = []
  const text = template.text(scope, recordRanges(encoder, ranges))
  // Rendered alone, a text that is too long for its place ends before its end.
  if (!text.ok)
    return placeholders.length === 1 && placeholders[0] ? { name: placeholders[0], isEmpty: false } : null
  const within = ranges.findIndex(({ start, end }) => start <= at && at < end)
  const found = within === -1 ? findEmptyBefore(text.value, ranges, at) : within
  const name = placeholders[found]
  return name === undefined ? null : { name, isEmpty: within === -1 }
}

export interface FoundPlaceholder {
  readonly name: string
  /** Whether it wrote nothing. */
  readonly isEmpty: boolean
}

function findEmptyBefore(text: string, ranges: readonly ValueRange[], at: number): number {
  return ranges.findLastIndex(
    ({ start, end }) => start === end && end <= at && text.slice(end, at).trim() === '',
  )
}

/** Wraps an encoder, and adds the range of each value that it writes. */
function recordRanges(encoder: Encoder, ranges: ValueRange[]): Encoder {
  return (soFar) => {
    const encode = encoder(soFar)
    return (value, written) => {
      const start = soFar.buffer.length
      const text = encode(value, written)
      ranges.push({ start, end: start + text.length })
      return text
    }
  }
}
