import type { ShownParts } from './request.ts'

/** What a request needs beyond its parts to become a command. */
export interface CurlInput {
  readonly method: string
  readonly parts: ShownParts
  readonly timeoutMs: number
  /** What stands for secrets in the parts. */
  readonly markers: SecretMarkers
}

/** Headers that curl writes itself. */
const framing: ReadonlySet<string> = new Set(['host', 'connection', 'content-length'])

/**
 * The request as a shell command. Every argument stands in single quotes, every secret is a shell variable, so
 * that the command can be pasted into a ticket and run by whoever has the secrets.
 */
export function toCurl({ method, parts, timeoutMs, markers }: CurlInput): string {
  const quote = (text: string) => quoteForShell(text, markers)
  const { url, headers, body, user } = parts
  const { charset } = parts
  const isPiped = body !== null && charset !== undefined
  const lines = [
    ...(isPiped ? [`${bytesOf(quote(body), charset)} |`] : []),
    `curl --request ${quote(method)} --url ${quote(url)}`,
    ...urlOptions(url),
    ...headers
      .filter((header) => isWritten(header, user))
      .map((header) => `--header ${quote(headerLine(header))}`),
    ...(user === null ? [] : [`--user ${quote(user)}`]),
    ...(body === null ? [] : [isPiped ? '--data-binary @-' : `--data-raw ${quote(body)}`]),
    `--max-time ${quote(String(timeoutMs / 1000))}`,
  ]
  return lines.join(' \\\n  ')
}

/** What writes a text in a charset; what UTF-16 begins with is no part of the text. */
function bytesOf(quoted: string, charset: string): string {
  const isMarked = charset === 'UTF-16'
  const text = isMarked ? String.raw`printf '\357\273\277%s' ${quoted}` : `printf '%s' ${quoted}`
  const target = isMarked ? 'UTF-16LE' : (iconvNames[charset] ?? charset)
  return `${text} | iconv -f UTF-8 -t ${target}`
}

/** Under these names iconv knows all code points that are in use for a character, as the service does. */
const iconvNames: Readonly<Record<string, string>> = {
  Shift_JIS: 'CP932',
  'Windows-31J': 'CP932',
  'EUC-JP': 'EUC-JP-MS',
  GB2312: 'GBK',
}

/** curl reads brackets and braces as patterns and resolves dot segments unless it is told not to. */
function urlOptions(url: string): string[] {
  const globs = /[[\]{}]/.test(url) ? ['--globoff'] : []
  const dots = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(url) ? ['--path-as-is'] : []
  return [...globs, ...dots]
}

function isWritten([name]: readonly [string, string], user: string | null): boolean {
  const lower = name.toLowerCase()
  return !framing.has(lower) && !(user !== null && lower === 'authorization')
}

/** curl drops a header without a value unless a semicolon ends its name. */
function headerLine([name, value]: readonly [string, string]): string {
  return value === '' ? `${name};` : `${name}: ${value}`
}

function quoteForShell(text: string, markers: SecretMarkers): string {
  const quoted = `'${text.replaceAll("'", `'\\''`)}'`
  const withVariables = quoted.replace(markers.pattern, (_marker, name: string) => `'"$${name}"'`)
  return withVariables.replace(/(?<=")''$/, '').replace(/^''(?=")/, '')
}

/** Texts that stand for secrets while a command is made. */
export interface SecretMarkers {
  readonly pattern: RegExp
  markerOf(name: string): string
  /** Changes what stands around markers, and leaves these as they are. */
  around(change: (text: string) => string): (text: string) => string
}

/** Markers that nobody could have written, `salt` being unguessable: letters, digits and dashes. */
export function secretMarkers(salt: string): SecretMarkers {
  const markerOf = (name: string) => `SECRET-${salt}-${name}-TERCES`
  // recheck: linear, the salt being letters, digits and dashes
  const pattern = new RegExp(`SECRET-${salt}-(\\w+)-TERCES`, 'g')
  return {
    pattern,
    markerOf,
    around: (change) => (text) =>
      text
        .split(pattern)
        .map((part, index) => (index % 2 === 0 ? change(part) : markerOf(part)))
        .join(''),
  }
}
