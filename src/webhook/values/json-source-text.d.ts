/** The TC39 proposal "JSON.parse source text access". Node.js has it since version 22, the library of TypeScript not yet. */
interface JSON {
  rawJSON(text: string): object
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown
}
