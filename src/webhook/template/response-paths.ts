import type { VariablePath } from './expression-syntax.ts'

/** What of a response templates read: names behind `response`. Null where that cannot be told. */
export type ResponsePaths = readonly (readonly string[])[] | null

/** For what reads no response. */
export const noPaths: ResponsePaths = []

/** What a well-formed expression reads. */
interface Reading {
  readonly variables: readonly VariablePath[]
  /** Whether a text that is known at run time only is read as a condition. */
  readonly readsMore: boolean
}

/** What expressions read of a response. A path ends before a name that is computed. */
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

/** Whether the body of a response can be a part of what is read. */
export function mayReadBody(paths: ResponsePaths): boolean {
  return paths === null || paths.some(([name]) => name !== 'status' && name !== 'headers')
}
