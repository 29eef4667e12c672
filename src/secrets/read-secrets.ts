import { nameSetting, type ReadValue } from './read-setting-file.ts'
import { readText } from './read-text.ts'
import { isUnbound, nameProblem, type Secrets, unboundSecret, usualPlaces } from './secret.ts'
import { readSecretsDirectory, type SecretFiles } from './secrets-directory.ts'
import { type ListedSecrets, nothingListed, parseSecretsFile } from './secrets-file.ts'

/** The settings that define stored secrets. */
export interface SecretSources {
  /** SECRETS_DIR, with one file per secret, or null. */
  readonly directory: string | null
  /**
   * SECRETS_FILE, a JSON object of name to value, or to value and binding, or null. It may bind files of the
   * directory.
   */
  readonly file: string | null
  /** Whether a secret may have no binding. */
  readonly unbound: 'allow' | 'refuse'
}

const maxFileBytes = 1_048_576

/** Reads all secrets, at the start and after a change. Reading is synchronous, because it is rare. */
export function readSecrets({ directory, file, unbound }: SecretSources): ReadValue<Secrets> {
  const read = directory === null ? null : readSecretsDirectory(directory)
  const files = read?.ok ? read.files : noFiles
  const listed = file === null ? nothingListed() : readSecretsFile(file, read && files)
  const mounted = mountedSecrets(files, listed.boundFiles)
  const refused = unbound === 'refuse' ? namesOfUnbound : () => []
  const problems = [
    ...nameSetting('SECRETS_DIR', directory, [
      ...(read?.ok === false ? [read.problem] : findProblems(files, listed.boundFiles)),
      ...refused(mounted).map(
        (name) => `the file "${name}" ${isRefused}; bind it with an entry of SECRETS_FILE`,
      ),
    ]),
    ...nameSetting('SECRETS_FILE', file, [
      ...listed.problems,
      ...namesInBoth(mounted, listed.secrets).map((name) => `/${name} is in SECRETS_DIR, too`),
      ...refused(listed.secrets).map((name) => `/${name} ${isRefused}; give it hosts or tenants`),
    ]),
  ]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, value: new Map([...mounted, ...listed.secrets]) }
}

const isRefused = 'has no binding, which SECRETS_UNBOUND refuses'

/** Warnings for the operator: secrets without a binding or without places that were not so before. */
export function noticesOfSecrets(secrets: Secrets, before: Secrets = new Map()): readonly string[] {
  const newOnes = (listNames: (secrets: Secrets) => readonly string[]) => {
    const known = new Set(listNames(before))
    return listNames(secrets).filter((name) => !known.has(name))
  }
  const unbound = newOnes(namesOfUnbound)
  const placeless = newOnes(namesOfPlaceless)
  return [
    ...(unbound.length > 0 ? [`every client may send these secrets anywhere: ${unbound.join(', ')}`] : []),
    ...(placeless.length > 0 ? [`${placelessNotice}: ${placeless.join(', ')}`] : []),
  ]
}

const placelessNotice = `these secrets have no "in", so they may be used in ${[...usualPlaces].join(', ')} only`

function namesOfUnbound(secrets: Secrets): readonly string[] {
  return [...secrets].flatMap(([name, secret]) => (isUnbound(secret) ? name : []))
}

function namesOfPlaceless(secrets: Secrets): readonly string[] {
  return [...secrets].flatMap(([name, { arePlacesNamed }]) => (arePlacesNamed ? [] : name))
}

function readSecretsFile(path: string, files: SecretFiles | null): ListedSecrets {
  const read = readText(path, maxFileBytes)
  return read.ok ? parseSecretsFile(read.text, files) : nothingListed(`the file ${read.problem}`)
}

const noFiles: SecretFiles = new Map()

/** A file that no entry binds is a secret under its own name. */
function mountedSecrets(files: SecretFiles, boundFiles: ReadonlySet<string>): Secrets {
  const own = [...files].filter(([name]) => !boundFiles.has(name) && nameProblem(name) === null)
  return new Map(own.flatMap(([name, file]) => (file.ok ? [[name, unboundSecret(file.text)]] : [])))
}

/** A bound file has the name of its entry. The name of the file itself may be any. */
function findProblems(files: SecretFiles, boundFiles: ReadonlySet<string>): readonly string[] {
  return [...files].flatMap(([name, file]) => {
    const badName = boundFiles.has(name) ? null : nameProblem(name)
    const problem = badName ?? (file.ok ? null : file.problem)
    return problem === null ? [] : `the file ${JSON.stringify(name)} ${problem}`
  })
}

function namesInBoth(one: Secrets, other: Secrets): readonly string[] {
  return [...one.keys()].filter((name) => other.has(name))
}
