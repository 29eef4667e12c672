/** A mistake in a node that shows without a payload. */
export interface ConfigError {
  /** JSON Pointer (RFC 6901) from the root of the request body, as in `/node/url`. */
  readonly path: string
  /** What is wrong, and what to do about it. */
  readonly message: string
}

/** Errors that a reply lists at most. Bounds the cost of a hostile body, since each error may repeat a long name. */
export const maxListedErrors = 100

/** The steps of a JSON Pointer. */
export function readPointer(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A JSON Pointer, extended by `steps`, which it escapes (RFC 6901, section 3). */
export function pointer(parent: string, ...steps: readonly (string | number)[]): string {
  return steps.reduce<string>(
    (path, step) => `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    parent,
  )
}
