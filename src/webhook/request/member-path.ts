/** The place of everything that a connection brings. A request has nothing of it but its name. */
export const connectionPath = '/node/connection'

/** JSON Pointer to a member. The members of a connection have the pointer of its name. */
export function memberPath(path: string, name: string): string {
  return path === connectionPath ? path : `${path}/${name}`
}
