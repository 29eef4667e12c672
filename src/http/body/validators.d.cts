/** Tells whether a value is what a schema says. If not, `errors` has one entry. */
interface Validator {
  (value: unknown): boolean
  errors?: object[] | null
}

/** By the names of the schemas. */
declare const validators: Readonly<Record<string, Validator | undefined>>

export = validators
