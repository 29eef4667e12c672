import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describeSystemError, type ReadText, readText } from './read-text.ts'
import { maxSecretBytes, valueProblem } from './secret.ts'

/** The files of SECRETS_DIR by name: the value of each, or its problem. */
export type SecretFiles = ReadonlyMap<string, ReadText>

/** The content of SECRETS_DIR, or why it could not be read. */
export type ReadDirectory =
  | { readonly ok: true; readonly files: SecretFiles }
  | { readonly ok: false; readonly problem: string }

/** Reads SECRETS_DIR: one file per secret, in order of names. Problems do not show the content of a file. */
export function readSecretsDirectory(directory: string): ReadDirectory {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    // Kubernetes mounts its own directories below /run/secrets.
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

/** Kubernetes keeps the targets of its links under names that begin with a dot. */
export function isSecretFile(name: string): boolean {
  return !name.startsWith('.')
}

function readValue(path: string): ReadText {
  const read = readText(path, maxSecretBytes)
  if (!read.ok) return read
  // Editors and `echo` add a line break, which is not part of the secret.
  const text = read.text.replace(/\r?\n$/, '')
  const problem = valueProblem(text)
  return problem === null ? { ok: true, text } : { ok: false, problem }
}
