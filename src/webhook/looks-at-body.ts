import type { VariablePath } from './expression.ts'

/** What a well-formed expression reads. */
interface Reading {
  readonly variables: readonly VariablePath[]
  /** Whether a text that is known at run time only is read as a condition. */
  readonly readsMore: boolean
}

/**
 * Whether an expression can depend on the body of a response. What is computed (`response[x]`, `{% assign r = response %}`)
 * cannot be told, and counts as looking at it.
 */
export function looksAtBody({ variables, readsMore }: Reading): boolean {
  return readsMore || variables.some(mayBeBody)
}

function mayBeBody({ root, members: [member] }: VariablePath): boolean {
  if (root !== 'response') return root === null
  return member !== 'status' && member !== 'headers'
}
