import { statSync } from 'node:fs'

/** A file that is open, which another one may have taken the place of since. */
export interface FileIdentity {
  readonly path: string
  readonly device: bigint
  readonly inode: bigint
}

/** The file that has the path now. Throws if there is none. */
export function identify(path: string): FileIdentity {
  const { dev: device, ino: inode } = statSync(path, { bigint: true })
  return { path, device, inode }
}

/** Whether the path still leads to this file. A few microseconds. */
export function isInPlace({ path, device, inode }: FileIdentity): boolean {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found?.dev === device && found.ino === inode
  } catch {
    return false
  }
}
