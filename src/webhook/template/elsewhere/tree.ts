/** A value as the author of an expression means it, whichever tool the expression is of. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  /** A text with values in it. */
  | { readonly kind: 'pieces'; readonly pieces: readonly (string | Value)[] }
  /** A number, or a word such as `nil` and `true`, in Liquid. */
  | { readonly kind: 'number'; readonly written: string }
  /** A variable in Liquid, with those of its members that the names of the other tool decide on. */
  | { readonly kind: 'path'; readonly written: string }
  | { readonly kind: 'now' }
  | { readonly kind: 'group'; readonly inner: Value }
  | { readonly kind: 'member'; readonly of: Value; readonly name: string }
  | { readonly kind: 'index'; readonly of: Value; readonly at: Value }
  /** A function, a method or a filter. A function has its subject among the arguments. */
  | {
      readonly kind: 'call'
      readonly name: string
      readonly subject: Value | null
      readonly given: readonly Given[]
    }
  /** `lower profile.name`: the arguments have no parentheses. */
  | { readonly kind: 'helper'; readonly name: string; readonly given: readonly Value[] }
  | { readonly kind: 'choice'; readonly condition: Condition; readonly yes: Value; readonly no: Value }
  | { readonly kind: 'default'; readonly value: Value; readonly otherwise: Value }
  /** `isText`: whether a sign says that texts are joined. */
  | { readonly kind: 'sum'; readonly parts: readonly Value[]; readonly isText: boolean }
  | { readonly kind: 'calculation'; readonly left: Value; readonly filter: string; readonly right: Value }
  | { readonly kind: 'truth'; readonly condition: Condition }

/** What stands between the parentheses of a call. */
export type Given = Value | Duration | Arrow<Value>

/** Seconds. */
export interface Duration {
  readonly kind: 'duration'
  readonly seconds: number
}

/** `item => item.path`, with or without a comparison. */
export interface Arrow<Operand> {
  readonly kind: 'arrow'
  readonly item: string
  readonly path: string
  readonly sign: string | null
  readonly operand: Operand | null
}

/** A condition. Its signs are those of Liquid. */
export type Condition =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'comparison'; readonly left: Value; readonly sign: string; readonly right: Value }
  | { readonly kind: 'between'; readonly value: Value; readonly low: Value; readonly high: Value }
  | { readonly kind: 'value'; readonly value: Value }
