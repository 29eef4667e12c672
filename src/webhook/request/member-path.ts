import type { Blame } from '../../contract/failure.ts'

/** The place of everything that a connection brings. A request has nothing of it but its name. */
export const connectionPath = '/node/connection'

/** Who can change a part of a request: what a connection brings, its operator. */
export function blameFor(path: string | null, blame: Blame): Blame {
  return path === connectionPath && blame === 'node' ? 'service' : blame
}

/** Whose a part of a request is, as in `"auth" of the node`. */
export function nameOwner(path: string): 'the connection' | 'the node' {
  return path === connectionPath ? 'the connection' : 'the node'
}

/** JSON Pointer to a member. The members of a connection have the pointer of its name. */
export function memberPath(path: string, name: string): string {
  return path === connectionPath ? path : `${path}/${name}`
}
