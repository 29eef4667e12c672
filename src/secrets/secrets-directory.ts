import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describeSystemError, type ReadText, readText } from './read-text.ts'
import { maxSecretBytes, valueProblem } from './secret.ts'

/** The files of SECRETS_DIR by their names: the value that is in each, or what is wrong with it. */
export type SecretFiles = ReadonlyMap<string, ReadText>

/** What is in SECRETS_DIR, or why it cannot be told. */
export type ReadDirectory =
  | { readonly ok: true; readonly files: SecretFiles }
  | { readonly ok: false; readonly problem: string }

/** Reads SECRETS_DIR: one file for each secret, in the order of their names. Problems show nothing of what is in it. */
export function readSecretsDirectory(directory: string): ReadDirectory {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    // Kubernetes mounts directories of its own below /run/secrets.
    const files = entries.filter((entry) => isSecretFile(entry.name) && !entry.isDirectory())
    const names = files.map(({ name }) => name).sort()
    return { ok: true, files: new Map(names.map((name) => [name, readValue(join(directory, name))])) }
  } catch (error) {
    return {
      ok: false,
      problem: `must be a directory, and reading it failed (${describeSystemError(error)})`,
    }
  }
}

/** Kubernetes keeps what its links point at under names with a dot. */
export function isSecretFile(name: string): boolean {
  return !name.startsWith('.')
}

function readValue(path: string): ReadText {
  const read = readText(path, maxSecretBytes)
  if (!read.ok) return read
  // Editors and `echo` end a file with a line break that is no part of the secret.
  const text = read.text.replace(/\r?\n$/, '')
  const problem = valueProblem(text)
  return problem === null ? { ok: true, text } : { ok: false, problem }
}
