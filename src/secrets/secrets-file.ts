import { pointer } from '../contract/config-error.ts'
import { isObject } from '../webhook/values/json.ts'
import { parseJsonFile } from '../webhook/values/json-file.ts'
import { repeatedMembers } from '../webhook/values/repeated-members.ts'
import { nameProblem, type Secret, type Secrets } from './secret.ts'
import { type EntryContext, entryMembers, readEntry } from './secret-entry.ts'
import type { SecretFiles } from './secrets-directory.ts'

/** The content of SECRETS_FILE. If there are problems, the secrets must not be used. No problem shows a value. */
export interface ListedSecrets {
  readonly secrets: Secrets
  /** The files of SECRETS_DIR that an entry binds. They are known only by the name of the entry. */
  readonly boundFiles: ReadonlySet<string>
  readonly problems: readonly string[]
}

/** Reads the text of SECRETS_FILE and the files that it binds. Problems name their JSON Pointer. */
export function parseSecretsFile(text: string, files: SecretFiles | null = null): ListedSecrets {
  const parsed = parseJsonFile(text)
  if (!parsed.ok) return nothingListed(parsed.detail)
  if (!isObject(parsed.plain))
    return nothingListed(
      `must be a JSON object: name to value, or to an object of ${entryMembers.join(', ')}`,
    )
  const problems: string[] = []
  const complain: EntryContext['complain'] = (path, problem) => problems.push(`${path} ${problem}`)
  for (const steps of repeatedMembers(text)) complain(pointer('', ...steps), 'occurs twice')
  const secrets = new Map<string, Secret>()
  const boundFiles = new Set<string>()
  for (const [name, entry] of Object.entries(parsed.plain)) {
    const path = pointer('', name)
    const problem = nameProblem(name)
    if (problem !== null) complain(path, problem)
    const { secret, file } = readEntry(entry, path, { files, complain })
    secrets.set(name, secret)
    if (file !== null) boundFiles.add(file)
  }
  return { secrets, boundFiles, problems }
}

/** The content of a file that is missing or cannot be read. */
export function nothingListed(...problems: readonly string[]): ListedSecrets {
  return { secrets: new Map(), boundFiles: new Set(), problems }
}
