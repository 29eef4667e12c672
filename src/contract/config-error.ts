/** Something wrong in a config that can be seen without a payload: where it is, what it is and what to do. */
export interface ConfigError {
  /** JSON Pointer (RFC 6901) from the root of the request body, as in `/node/url`. */
  readonly path: string
  readonly message: string
}

/** A JSON Pointer one step further down. */
export function pointer(parent: string, ...steps: readonly (string | number)[]): string {
  return steps.reduce<string>(
    (path, step) => `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    parent,
  )
}
