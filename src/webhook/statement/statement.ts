/** What a target says about an error. It is the text of the target, as it came: quote it only by `quoteTarget`. */
export interface Statement {
  readonly text: string
  /** The names of the fields that the target complains about, as it writes them. */
  readonly fields: readonly string[]
}
