import { check, type Diagnostics } from 'recheck'

/** A regular expression, as its constructor takes it. */
export interface RegExpParts {
  readonly source: string
  readonly flags: string
}

/** Verdicts do not depend on time. The last limit is for a checker that hangs: a busy machine takes several times as long. */
const parameters = { attackTimeout: null, incubationTimeout: null, timeout: 600_000 }

/** Asks the checker, a process that judges one pattern at a time. Each thread has its own. */
export function judge({ source, flags }: RegExpParts): Promise<Diagnostics> {
  return check(source, flags, parameters)
}
