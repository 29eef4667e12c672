/** The TC39 proposal "JSON.parse source text access": in Node since 22, in TypeScript's library not yet. */
interface JSON {
  rawJSON(text: string): object
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown
}
