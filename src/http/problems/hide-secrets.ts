import { hideCredentialLike } from '../../webhook/masking/credential-like.ts'
import { createMasker, type Masker } from '../../webhook/masking/mask.ts'
import { createQuotationMasker } from '../../webhook/masking/quotation.ts'
import { isObject } from '../../webhook/values/json.ts'

/** Values at most. A request that the schema accepts has fewer. */
const maxValues = 1_000

/** Messages cut names that are longer. */
const shortestCut = 30

/**
 * Creates a masker for the texts of a problem: it masks the secrets of a request, wherever its author has put them, and what looks
 * like a credential. The request may be invalid in any way.
 */
export function createProblemMasker(body: unknown): Masker {
  const secrets = listSecrets(body)
  const hideValues = createMasker(secrets)
  const hideParts = createQuotationMasker(
    secrets.filter(({ length }) => length > shortestCut),
    { parts: true },
  )
  return (text) => hideCredentialLike(hideParts(hideValues(text)))
}

function listSecrets(body: unknown): readonly string[] {
  if (!isObject(body)) return []
  const found: string[] = []
  const node = isObject(body.node) && isObject(body.node.config) ? body.node.config : body.node
  for (const part of [body, node])
    for (const name in isObject(part) ? part : {})
      if (isForSecrets.test(name) && isObject(part)) collect(part[name], found)
  for (const part of [body, node]) if (isObject(part) && isObject(part.auth)) collectNamed(part.auth, found)
  return found
}

/** Members that hold secrets, also under names that the contract does not have. */
const isForSecrets =
  /^(?:.*secrets?|credentials?|env|environment|vault|password|token|api_?key|access_?token)$/i

function collect(value: unknown, found: string[], depth = 0): void {
  if (found.length >= maxValues) return
  if (typeof value === 'string') {
    if (!value.includes('{{')) found.push(value)
  } else if (typeof value === 'object' && value !== null && depth < 3)
    for (const member of Object.values(value)) collect(member, found, depth + 1)
}

/** Members of a credential that are secret. Shorter values are words of the contract. */
const isSecretPart = /token|pass|secret|key|value/i
const leastCharacters = 8

function collectNamed(auth: Readonly<Record<string, unknown>>, found: string[]): void {
  for (const [name, value] of Object.entries(auth).slice(0, maxValues))
    if (
      isSecretPart.test(name) &&
      typeof value === 'string' &&
      value.length >= leastCharacters &&
      !value.includes('{')
    )
      found.push(value)
}
