// Words that people bring from the manuals of other Webhook nodes, from n8n, Make, Zapier, Postman, Camunda and curl. All
// words are compared without regard to case, blanks, dots, dashes and underscores.

type Example = Readonly<Record<string, unknown>>

/** What a member stands for that other tools have and this contract has not, at one place of a request. */
export interface ForeignMember {
  /** Names of the member elsewhere, separated by blanks. */
  readonly words: string
  /** The member of the same object that it is. */
  readonly is?: string
  /** The member that it is where the object has the first one already. */
  readonly isAlso?: string
  /** What follows the name of the member that it is, whatever is wrong with its value. */
  readonly of?: string
  /** What to do where the object has that member already. */
  readonly twice?: string
  /** What to do instead. The message quotes it after "unknown member; ". */
  readonly says?: string
  /** What to write, as members of the same object. `…` stands for what the author knows. */
  readonly example?: Example | ((value: unknown, around: Example) => Example)
  /** Whether the body of the example has no names of the value, only its structure. */
  readonly isOnlyKind?: true
  /** Members that are no longer missing if the advice is followed. */
  readonly covers?: readonly string[]
  /** Whether the object around it takes the members of its value. */
  readonly unwrap?: boolean
  /** What it is instead for some values; the first that fits. */
  readonly unless?: Exception | readonly Exception[]
  /** Whether it turns on what is off without it, so that a switch that is off may be left out. */
  readonly isOptIn?: true
  /** What it is where the type of its value decides, by that type in JSON Schema. */
  readonly byType?: Readonly<
    Partial<
      Record<'array' | 'boolean' | 'number' | 'object' | 'string', Omit<ForeignMember, 'words' | 'byType'>>
    >
  >
}

/** What a member stands for with some values. */
type Exception = Omit<ForeignMember, 'words' | 'byType' | 'unless'> & {
  readonly fits: (value: unknown, around: Readonly<Record<string, unknown>>) => boolean
}

/** What a word stands for that other tools have where this contract has a list of words. */
export interface ForeignWord {
  readonly words: string
  /** The word of the contract. */
  readonly is?: string
  /** What to do instead. The message quotes it after the list of words. */
  readonly says?: string
}

/** Members by place. A place is the `$id` of a schema, with the form of a union in parentheses. */
export type ForeignMembers = Readonly<Record<string, readonly ForeignMember[]>>

/** Words by place: the place of the object, a dot, the name of the member. */
export type ForeignWords = Readonly<Record<string, readonly ForeignWord[]>>
