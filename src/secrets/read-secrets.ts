import { type FoundSecrets, nothingFound } from './found-secrets.ts'
import { readText } from './read-text.ts'
import { isUnbound, type Secrets } from './secret.ts'
import { readSecretsDirectory } from './secrets-directory.ts'
import { parseSecretsFile } from './secrets-file.ts'

/** Where the secrets of the service come from. */
export interface SecretSources {
  /** One file each; null where there is none. */
  readonly directory: string | null
  /** JSON: name to value, or to value and bindings; null where there is none. */
  readonly file: string | null
  /** Whether a secret may be bound to nothing. */
  readonly unbound: 'allow' | 'refuse'
}

/** The secrets of the service, or all that is wrong with them: a sentence each that begins with the setting. */
export type ReadSecrets =
  | { readonly ok: true; readonly secrets: Secrets }
  | { readonly ok: false; readonly problems: readonly string[] }

const maxFileBytes = 1_048_576

/** Reads all secrets at once, at the start and after a change: too rarely to hold anything up. */
export function readSecrets({ directory, file, unbound }: SecretSources): ReadSecrets {
  const mounted = directory === null ? nothingFound : readSecretsDirectory(directory)
  const listed = file === null ? nothingFound : readSecretsFile(file)
  const refused = unbound === 'refuse' ? namesOfUnbound : () => []
  const problems = [
    ...about('SECRETS_DIR', directory, [
      ...mounted.problems,
      ...refused(mounted.secrets).map((name) => `the file "${name}" ${isRefused}; move it to SECRETS_FILE`),
    ]),
    ...about('SECRETS_FILE', file, [
      ...listed.problems,
      ...namesInBoth(mounted.secrets, listed.secrets).map((name) => `/${name} is in SECRETS_DIR, too`),
      ...refused(listed.secrets).map((name) => `/${name} ${isRefused}; give it hosts or tenants`),
    ]),
  ]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, secrets: new Map([...mounted.secrets, ...listed.secrets]) }
}

const isRefused = 'is bound to nothing, which SECRETS_UNBOUND refuses'

/** What whoever runs the service should see of secrets that are bound to nothing, and were not before. */
export function noticesOfUnbound(secrets: Secrets, before: Secrets = new Map()): readonly string[] {
  const known = namesOfUnbound(before)
  const names = namesOfUnbound(secrets).filter((name) => !known.includes(name))
  return names.length > 0 ? [`every caller may send these secrets anywhere: ${names.join(', ')}`] : []
}

function namesOfUnbound(secrets: Secrets): readonly string[] {
  return [...secrets].flatMap(([name, secret]) => (isUnbound(secret) ? name : []))
}

function readSecretsFile(path: string): FoundSecrets {
  const read = readText(path, maxFileBytes)
  return read.ok ? parseSecretsFile(read.text) : { ...nothingFound, problems: [`the file ${read.problem}`] }
}

function namesInBoth(one: Secrets, other: Secrets): readonly string[] {
  return [...one.keys()].filter((name) => other.has(name))
}

function about(setting: string, path: string | null, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${setting} is ${JSON.stringify(path)}: ${problem}`)
}
