/** How a request writes what stands in a variable. */
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

/** Which ends of a variable lose their white space, as those of a header do. */
export type ShellTrim = 'trim' | 'trim_start' | 'trim_end'

const json = String.raw`c == "\"" || c == "\\" ? "\\" c : x[i] == "08" ? "\\b" : x[i] == "09" ? "\\t" : x[i] == "0a" ? "\\n" : x[i] == "0c" ? "\\f" : x[i] == "0d" ? "\\r" : x[i] < "20" ? "\\u00" x[i] : c`
const xml = String.raw`c == "&" ? "&amp;" : c == "<" ? "&lt;" : c == ">" ? "&gt;" : c == "\"" ? "&quot;" : c == "\047" ? "&apos;" : x[i] == "0d" ? "&#13;"`

/** What awk makes of the byte `c` of `n`, which is `x[i]` in hexadecimal digits. */
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
 * A function of the shell that writes its argument as the request does, byte for byte. It needs what POSIX has, since what
 * jq and others leave unescaped depends on their version. `charset` is that of a form, as iconv calls it.
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

/** A variable, encoded. */
export function encodedVariable(encoding: ShellEncoding, name: string): string {
  const breaks = keepsBreaks(encoding) ? `\${${name}##*[!$newline]}` : ''
  return `"$(${encoding} "$${name}")${breaks}"`
}

/** A shell takes line breaks away from the end of what a function writes, and XML has them as they are. */
function keepsBreaks(encoding: ShellEncoding): boolean {
  return encoding.startsWith('xml') && encoding !== 'xml_attribute'
}
