import { RoundBudget } from '../egress/limits/round-budget.ts'

/** Characters. Parsing, judging or masking a longer text takes more than a millisecond or two. */
const longText = 65_536

/** Opening braces, of which a placeholder has two. Compiling a node with more takes more than a millisecond or two. */
const manyBraces = 500

/** Runs long pieces of work one per round of the event loop. */
export class LoopTurns {
  readonly #budget = new RoundBudget(1)

  /** Whether work on this many characters must take a turn. */
  static isLong(characters: number): boolean {
    return characters >= longText
  }

  /** Whether compiling a node must take a turn. `json`: the text of the node, or a longer one. */
  static isLongToCompile(json: Buffer): boolean {
    if (json.length <= manyBraces) return false
    const written = countUpTo(manyBraces, json, '{')
    return written + countUpTo(manyBraces - written, json, escapedBrace) >= manyBraces
  }

  /** Resolves when the turn comes. */
  take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#budget.wait(() => {
      this.#budget.take(1)
      resolve()
    })
    return promise
  }
}

/** The beginning of a brace as an escape of JSON. */
const escapedBrace = String.raw`\u007`

function countUpTo(limit: number, json: Buffer, wanted: string): number {
  let count = 0
  for (let at = json.indexOf(wanted); at !== -1 && count < limit; at = json.indexOf(wanted, at + 1)) count++
  return count
}
