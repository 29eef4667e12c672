import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type FoundSecrets, nothingFound } from './found-secrets.ts'
import { type ReadText, readText, systemErrorOf } from './read-text.ts'
import { maxSecretBytes, nameProblem, type Secret, valueProblem } from './secret.ts'

/** Reads SECRETS_DIR: one file for each secret. Problems name the file and show nothing of what is in it. */
export function readSecretsDirectory(directory: string): FoundSecrets {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    // Kubernetes mounts directories of its own below /run/secrets.
    const files = entries.filter((entry) => isSecretFile(entry.name) && !entry.isDirectory())
    return readFiles(directory, files.map(({ name }) => name).sort())
  } catch (error) {
    const problem = `must be a directory, and reading it failed (${systemErrorOf(error)})`
    return { ...nothingFound, problems: [problem] }
  }
}

/** Kubernetes keeps what its links point at under names with a dot. */
export function isSecretFile(name: string): boolean {
  return !name.startsWith('.')
}

function readFiles(directory: string, names: readonly string[]): FoundSecrets {
  const secrets = new Map<string, Secret>()
  const problems: string[] = []
  for (const name of names) {
    const value = readValue(join(directory, name), name)
    if (value.ok) secrets.set(name, { value: value.text, hosts: null, tenants: null })
    else problems.push(`the file ${JSON.stringify(name)} ${value.problem}`)
  }
  return { secrets, problems }
}

function readValue(path: string, name: string): ReadText {
  const badName = nameProblem(name)
  if (badName !== null) return { ok: false, problem: badName }
  const read = readText(path, maxSecretBytes)
  if (!read.ok) return read
  // Editors and `echo` end a file with a line break that is no part of the secret.
  const text = read.text.replace(/\r?\n$/, '')
  const problem = valueProblem(text)
  return problem === null ? { ok: true, text } : { ok: false, problem }
}
