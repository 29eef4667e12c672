import type { VariablePath } from './expression-syntax.ts'

/** The parts of a response that templates read, as names after `response`. Null if they cannot be determined. */
export type ResponsePaths = readonly (readonly string[])[] | null

/** For templates that do not read the response. */
export const noPaths: ResponsePaths = []

/** The variables of a well-formed expression. */
interface Reading {
  readonly variables: readonly VariablePath[]
  /** Whether a computed text is used as a condition. */
  readonly readsMore: boolean
}

/** The parts of a response that expressions read. A path ends before a computed name. */
export function findResponsePaths(readings: readonly Reading[]): ResponsePaths {
  const paths: (readonly string[])[] = []
  for (const { variables, readsMore } of readings) {
    if (readsMore) return null
    for (const { root, members } of variables) {
      const path = root === 'response' ? constantStart(members) : []
      if (root === null || (root === 'response' && path.length === 0)) return null
      if (root === 'response') paths.push(path)
    }
  }
  return paths.length === 0 ? noPaths : paths
}

function constantStart(members: readonly (string | null)[]): readonly string[] {
  const path: string[] = []
  for (const name of members) {
    if (name === null) return path
    path.push(name)
  }
  return path
}

/** Whether the paths may include the body of the response. */
export function mayReadBody(paths: ResponsePaths): boolean {
  return paths === null || paths.some(([name]) => name !== 'status' && name !== 'headers')
}

/** Whether the paths certainly include the body as JSON. */
export function readsJson(paths: ResponsePaths): boolean {
  return paths?.some(([name]) => name === 'json') ?? false
}

/** Whether the paths include the status and nothing else. */
export function readsStatusOnly(paths: ResponsePaths): boolean {
  return paths !== null && paths.length > 0 && paths.every(([name]) => name === 'status')
}
