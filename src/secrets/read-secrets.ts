import { readText } from './read-text.ts'
import { isUnbound, nameProblem, type Secrets, unboundSecret, usualPlaces } from './secret.ts'
import { readSecretsDirectory, type SecretFiles } from './secrets-directory.ts'
import { type ListedSecrets, nothingListed, parseSecretsFile } from './secrets-file.ts'

/** Where the secrets of the service come from. */
export interface SecretSources {
  /** One file each; null where there is none. */
  readonly directory: string | null
  /** JSON: name to value, or to value and binding; it may bind files of the directory. Null where there is none. */
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
  const read = directory === null ? null : readSecretsDirectory(directory)
  const files = read?.ok ? read.files : noFiles
  const listed = file === null ? nothingListed() : readSecretsFile(file, read && files)
  const mounted = mountedSecrets(files, listed.boundFiles)
  const refused = unbound === 'refuse' ? namesOfUnbound : () => []
  const problems = [
    ...about('SECRETS_DIR', directory, [
      ...(read?.ok === false ? [read.problem] : findProblems(files, listed.boundFiles)),
      ...refused(mounted).map(
        (name) => `the file "${name}" ${isRefused}; bind it with an entry of SECRETS_FILE`,
      ),
    ]),
    ...about('SECRETS_FILE', file, [
      ...listed.problems,
      ...namesInBoth(mounted, listed.secrets).map((name) => `/${name} is in SECRETS_DIR, too`),
      ...refused(listed.secrets).map((name) => `/${name} ${isRefused}; give it hosts or tenants`),
    ]),
  ]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, secrets: new Map([...mounted, ...listed.secrets]) }
}

const isRefused = 'is bound to nothing, which SECRETS_UNBOUND refuses'

/** What whoever runs the service should see of secrets that are bound to nothing or name no places, and did not before. */
export function noticesOfSecrets(secrets: Secrets, before: Secrets = new Map()): readonly string[] {
  const newOnes = (listNames: (secrets: Secrets) => readonly string[]) => {
    const known = new Set(listNames(before))
    return listNames(secrets).filter((name) => !known.has(name))
  }
  const unbound = newOnes(namesOfUnbound)
  const placeless = newOnes(namesOfPlaceless)
  return [
    ...(unbound.length > 0 ? [`every caller may send these secrets anywhere: ${unbound.join(', ')}`] : []),
    ...(placeless.length > 0 ? [`${placelessNotice}: ${placeless.join(', ')}`] : []),
  ]
}

const placelessNotice = `these secrets have no "in", and so may stand in ${[...usualPlaces].join(', ')} only`

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

/** Files that no entry binds are secrets under their own names. */
function mountedSecrets(files: SecretFiles, boundFiles: ReadonlySet<string>): Secrets {
  const own = [...files].filter(([name]) => !boundFiles.has(name) && nameProblem(name) === null)
  return new Map(own.flatMap(([name, file]) => (file.ok ? [[name, unboundSecret(file.text)]] : [])))
}

/** A file that an entry binds goes by the name of the entry, and may have any of its own. */
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

function about(setting: string, path: string | null, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${setting} is ${JSON.stringify(path)}: ${problem}`)
}
