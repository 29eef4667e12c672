/** The ways in which a request encodes a value, and a shell function does alike. */
export type ShellEncoding =
  | 'uri'
  | 'form'
  | 'json'
  | 'json_lines'
  | 'xml'
  | 'xml_attribute'
  | 'xml_cdata'
  | 'xml_comment'
  | 'xml_instruction'
  | ShellTrim

/** The ends of a variable that are trimmed, as in a header value. */
export type ShellTrim = 'trim' | 'trim_start' | 'trim_end'

const json = String.raw`c == "\"" || c == "\\" ? "\\" c : x[i] == "08" ? "\\b" : x[i] == "09" ? "\\t" : x[i] == "0a" ? "\\n" : x[i] == "0c" ? "\\f" : x[i] == "0d" ? "\\r" : x[i] < "20" ? "\\u00" x[i] : c`
const xml = String.raw`c == "&" ? "&amp;" : c == "<" ? "&lt;" : c == ">" ? "&gt;" : c == "\"" ? "&quot;" : c == "\047" ? "&apos;" : x[i] == "0d" ? "&#13;"`

/** awk expressions that encode one of `n` bytes: `c` is the byte, `x[i]` has its hexadecimal digits. */
const expressions: Readonly<Record<Exclude<ShellEncoding, ShellTrim>, string>> = {
  uri: String.raw`c ~ /[A-Za-z0-9_.!~*\047()-]/ ? c : "%" toupper(x[i])`,
  form: `c == " " ? "+" : c ~ /[A-Za-z0-9_.*-]/ ? c : "%" toupper(x[i])`,
  json,
  json_lines: String.raw`x[i] == "c2" && x[i+1] == "85" && (i += 1) ? "\\u0085" : x[i] == "e2" && x[i+1] == "80" && x[i+2] ~ /^a[89]$/ && (i += 2) ? "\\u20" (x[i] == "a8" ? "28" : "29") : ${json}`,
  xml: `${xml} : c`,
  xml_attribute: `${xml} : x[i] == "09" ? "&#9;" : x[i] == "0a" ? "&#10;" : c`,
  xml_cdata: `c == ">" && x[i-1] == "5d" && x[i-2] == "5d" ? "]]><![CDATA[>" : c`,
  xml_comment: `c == "-" && (i == 1 || i == n || x[i+1] == "2d") ? "&#45;" : ${xml} : c`,
  xml_instruction: `c == "?" && i == n ? "&#63;" : ${xml} : c`,
}

const trimStart = `"\${1#"\${1%%[! \t]*}"}"`
const trimEnd = `"\${1%"\${1##*[! \t]}"}"`

const trims: Readonly<Record<ShellTrim, string>> = {
  trim: `set -- ${trimStart}; printf %s ${trimEnd};`,
  trim_start: `printf %s ${trimStart};`,
  trim_end: `printf %s ${trimEnd};`,
}

const table = 'BEGIN { for (i = 1; i < 256; i++) byte[sprintf("%02x", i)] = sprintf("%c", i) }'
const read = '{ for (i = 1; i <= NF; i++) x[++n] = $i }'

/**
 * A shell function that encodes its argument byte for byte as the request does. It uses POSIX tools only: which characters
 * jq and similar tools escape depends on their version. `charset` is the charset of a form, by its name in iconv.
 */
export function defineEncoding(encoding: ShellEncoding, charset: string | null = null): string {
  if (isTrim(encoding)) return `${encoding}() { ${trims[encoding]} }`
  const write = `END { for (i = 1; i <= n; i++) { c = byte[x[i]]; printf "%s", (${expressions[encoding]}) } }`
  const bytes = charset !== null && encoding === 'form' ? `iconv -f UTF-8 -t ${charset} | ` : ''
  const definition = `${encoding}() { printf %s "$1" | ${bytes}od -An -v -tx1 | LC_ALL=C awk '${table} ${read} ${write}'; }`
  return keepsBreaks(encoding) ? `newline='\n'\n${definition}` : definition
}

function isTrim(encoding: ShellEncoding): encoding is ShellTrim {
  return encoding in trims
}

/** A shell expression for the encoded value of a variable. */
export function encodedVariable(encoding: ShellEncoding, name: string): string {
  const breaks = keepsBreaks(encoding) ? `\${${name}##*[!$newline]}` : ''
  return `"$(${encoding} "$${name}")${breaks}"`
}

/** Whether the expression must restore line breaks: `$(…)` removes them from the end, and XML does not escape them. */
function keepsBreaks(encoding: ShellEncoding): boolean {
  return encoding.startsWith('xml') && encoding !== 'xml_attribute'
}
