/** What a target says about an error. It is the text of the target, as it came: quote it only by `quoteTarget`. */
export interface Statement {
  readonly text: string
  /** The names of the fields that the target complains about, as it writes them. */
  readonly fields: readonly string[]
  /** The paths to fields, where the target gives more than their names: `/contact/email`. */
  readonly paths?: readonly string[]
  /** The member of a node where a field belongs, if the target says that it is not the body. */
  readonly places?: ReadonlyMap<string, FieldPlace>
}

/** A member of a node that has fields beside the body. */
export type FieldPlace = 'url' | 'query' | 'headers'
