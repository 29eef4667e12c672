import { sources } from '../../../contract/payload.ts'
import type { ForeignPlace } from './advice.ts'

/** Longer paths are not guessed. */
const maxNames = 3

/** The variable that an expression means. `named` is the part of it that has the names. */
export function guessPath(
  text: string,
  named: string,
  place: ForeignPlace,
): { readonly path: string; readonly isGuess: boolean } {
  const names = (named.match(/\$?[A-Za-z_][\w-]{0,40}/g) ?? []).flatMap(readNames)
  const own = findOwnPath(names)
  if (own !== null) return { path: own, isGuess: false }
  return { path: readPath(text, place) ?? nearestPath(text, names, place), isGuess: true }
}

/** The path of an expression that is nothing else, with its numbers: `$json.items[0].name`, `1.items[1].name` of Make. */
function readPath(text: string, { hasResponse }: ForeignPlace): string | null {
  const [, pointer] = /^\$response\.body#((?:\/[A-Za-z_]\w{0,40}){1,6})(?![\w/~%-])/.exec(text) ?? []
  if (hasResponse && pointer !== undefined) return `response.json${pointer.replaceAll('/', '.')}`
  const [, root = '', members = ''] =
    /^(\$json|\d{1,4}|\$)((?:\??\.[A-Za-z_]\w{0,40}(?!\w|\()|\[\d{1,4}\]){1,8})/.exec(
      text.replaceAll(/\.(first|last)\(\)(?=\.)/g, '.$1'),
    ) ?? []
  if (members === '' || (hasResponse && /^\d/.test(root))) return null
  if (hasResponse && root === '$json') return readResponse(members)
  const isMake = /^\d/.test(root)
  const own = members
    .replaceAll('?.', '.')
    .replace(/^\.(?:data|body|json|output|payload|item|record|contact|lead)(?=\.(?!length\b))/, '')
    .replace(/\.length$/, '.size')
    .replaceAll(
      /\[(\d{1,4})\]/g,
      (_all, index: string) => `[${isMake ? Math.max(0, Number(index) - 1) : index}]`,
    )
  return (hasResponse ? 'response.json' : 'profile') + own
}

/** A part of the response in n8n: its JSON, or, where all of it is asked for, status, headers and body. */
function readResponse(members: string): string {
  const own = members.replaceAll('?.', '.').replace(/\.length$/, '.size')
  if (/^\.status(?:Code)?$/.test(own)) return 'response.status'
  if (/^\.(?:headers|body)$/.test(own)) return `response${own}`
  return own.startsWith('.headers.')
    ? `response${own.toLowerCase()}`
    : `response.json${own.replace(/^\.body(?=[.[])/, '')}`
}

/** The variable that an expression names although its form is another. */
function findOwnPath(names: readonly string[]): string | null {
  const [root, ...members] = names.slice(names.findIndex(isSource), names.findIndex(isSource) + maxNames)
  return root !== undefined && isSource(root) ? [readName(root), ...members].join('.') : null
}

function isSource(name: string): boolean {
  return (sources as readonly string[]).includes(readName(name))
}

function readName(name: string): string {
  return name.startsWith('$') ? name.slice(1) : name
}

/** The nearest variable for the names of an expression: those that no other tool has around a value. */
function nearestPath(text: string, names: readonly string[], { hasResponse }: ForeignPlace): string {
  const around = names.findLastIndex((name) => name.startsWith('$') || wrappers.has(name.toLowerCase()))
  const behind = names.slice(around + 1, around + maxNames)
  const own = behind.length === 0 ? namesWithin(names[around]) : behind
  const [first] = own
  if (hasResponse && /^\$(?:json|response)\["…"\]/.test(text)) return 'response.json["…"]'
  if (hasResponse)
    return responsePaths.get(first?.toLowerCase() ?? '') ?? ['response.json', ...orName(own)].join('.')
  return first === undefined && text.includes('["…"]')
    ? 'profile["…"]'
    : ['profile', ...orName(own)].join('.')
}

/** The name behind a sign, as in `$email`; a name of other tools alone is none. */
function namesWithin(name: string | undefined): readonly string[] {
  const plain = name?.startsWith('$') === true ? name.slice(1) : ''
  return plain === '' || wrappers.has(plain.toLowerCase()) ? [] : [plain]
}

function orName(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['name'] : names
}

/** The fields of Zapier have two underscores in place of each dot. */
function readNames(word: string): readonly string[] {
  return word.split('__').filter((name) => name !== '')
}

const responsePaths: ReadonlyMap<string, string> = new Map([
  ['status', 'response.status'],
  ['statuscode', 'response.status'],
  ['code', 'response.status'],
  ['body', 'response.body'],
  ['headers', 'response.headers.x-name'],
])

/** What other tools have around a value, in lower case. */
const wrappers: ReadonlySet<string> = new Set([
  ...'json item items data body output outputs input response record payload all'.split(' '),
  ...'contact lead custom_attribute event_properties first last equals variables'.split(' '),
  ...'triggerbody triggeroutputs triggerformdatavalue actionbody actionoutputs'.split(' '),
  ...'context execution getvariable parameters stringify each this true false null'.split(' '),
  ...'actions action result activity trigger pipeline dataset workflow'.split(' '),
])
