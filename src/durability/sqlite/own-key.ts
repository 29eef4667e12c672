import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from '../store/store-error.ts'
import { formatStoreKey, ownKeyId, type StoreKey } from '../store/store-keys.ts'

/** The key in the file, or null if there is no such file. */
export function readOwnKey(path: string): StoreKey | null {
  const text = readText(path)
  if (text === null) return null
  const [, base64] = /^file:([A-Za-z0-9+/]{43}=)\n?$/.exec(text) ?? []
  if (base64 === undefined)
    throw new StoreError('store_key_wrong', `The file ${path} does not have the key that the service wrote.`)
  return { id: ownKeyId, bytes: Buffer.from(base64, 'base64') }
}

/**
 * Makes a key and keeps it in the file, with mode 0600. It protects the database where that alone is copied: a backup, a disk that is
 * thrown away. It protects nothing from those who can read the folder.
 */
export function makeOwnKey(path: string): StoreKey {
  const key = { id: ownKeyId, bytes: randomBytes(32) }
  const draft = `${path}.new`
  withFile(draft, 'w', (file) => {
    writeSync(file, `${formatStoreKey(key)}\n`)
    fsyncSync(file)
  })
  renameSync(draft, path)
  withFile(dirname(path), 'r', fsyncSync)
  return key
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600)
  try {
    use(file)
  } finally {
    closeSync(file)
  }
}
