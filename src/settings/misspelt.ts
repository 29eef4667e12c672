import { suggest } from '../webhook/values/suggest.ts'
import { allVariables } from './variables.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Shorter names, and names without "_", are near to those of too many programs. */
const ownForm = /^[A-Z]+(?:_[A-Z\d]+)+$/
const shortest = 7
/** From this length on a name may have two wrong letters, and be longer than that of the setting. */
const long = 10
/** Names that have a standard, that many programs read, and that Kubernetes writes for each service. */
const foreign = /^OTEL_|^LOGLEVEL$|_(?:SERVICE_HOST|SERVICE_PORT|PORT|TCP|PROTO|ADDR)(?:_|$)/

/** Warnings of variables that are no settings, and have almost the name of a setting that is not set. */
export function noticesOfMisspelt(environment: Environment): readonly string[] {
  const known = allVariables.map(({ name }) => name)
  const candidates = known.filter((name) => name.length >= shortest && !environment[name])
  return Object.keys(environment)
    .filter((name) => environment[name] && name.length >= shortest && !known.includes(name))
    .filter((name) => !foreign.test(name))
    .flatMap((name) => {
      const near = findSame(name, candidates) ?? (ownForm.test(name) ? findNear(name, candidates) : null)
      return near === null ? [] : [`${name} is not a setting and has no effect: did you mean ${near}?`]
    })
}

function findNear(name: string, candidates: readonly string[]): string | null {
  // EGRESS_CA for EGRESS_CA_FILE, where that can be one setting only.
  const [longer, other] = candidates.filter((one) => one.startsWith(`${name}_`))
  if (longer !== undefined && other === undefined) return longer
  const near = suggest(name, candidates, name.length < long ? 1 : 2)
  return near ?? candidates.find((one) => one.length >= long && name.startsWith(one)) ?? null
}

/** The setting with the same letters or the same words, in any order. */
function findSame(name: string, candidates: readonly string[]): string | null {
  const upper = name.toUpperCase()
  const isSame = (one: string) => joinWords(one) === joinWords(upper) || sortWords(one) === sortWords(upper)
  return candidates.find(isSame) ?? null
}

function joinWords(name: string): string {
  return name.replaceAll(/[_.-]/g, '')
}

function sortWords(name: string): string {
  return name.split('_').toSorted().join('_')
}
