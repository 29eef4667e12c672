/** How a request writes what stands in a variable. */
export type ShellEncoding = 'uri' | 'form' | 'json' | 'xml' | 'xml_attribute'

const xml = String.raw`c == "&" ? "&amp;" : c == "<" ? "&lt;" : c == ">" ? "&gt;" : c == "\"" ? "&quot;" : c == "\047" ? "&apos;" : $i == "0d" ? "&#13;"`

/** What awk makes of the byte `c`, which is `$i` in hexadecimal digits. */
const expressions: Readonly<Record<ShellEncoding, string>> = {
  uri: String.raw`c ~ /[A-Za-z0-9_.!~*\047()-]/ ? c : "%" toupper($i)`,
  form: `c == " " ? "+" : c ~ /[A-Za-z0-9_.*-]/ ? c : "%" toupper($i)`,
  json: String.raw`c == "\"" || c == "\\" ? "\\" c : $i == "08" ? "\\b" : $i == "09" ? "\\t" : $i == "0a" ? "\\n" : $i == "0c" ? "\\f" : $i == "0d" ? "\\r" : $i < "20" ? "\\u00" $i : c`,
  xml: `${xml} : c`,
  xml_attribute: `${xml} : $i == "09" ? "&#9;" : $i == "0a" ? "&#10;" : c`,
}

const readBytes = 'od -An -v -tx1'
const table = 'BEGIN { for (i = 1; i < 256; i++) byte[sprintf("%02x", i)] = sprintf("%c", i) }'

/**
 * A function of the shell that writes its argument as the request does, byte for byte. It needs what POSIX has, since what
 * jq and others leave unescaped depends on their version.
 */
export function defineEncoding(encoding: ShellEncoding): string {
  const write = `{ for (i = 1; i <= NF; i++) { c = byte[$i]; printf "%s", (${expressions[encoding]}) } }`
  const definition = `${encoding}() { printf %s "$1" | ${readBytes} | LC_ALL=C awk '${table} ${write}'; }`
  return encoding === 'xml' ? `newline='\n'\n${definition}` : definition
}

/** A variable, encoded. */
export function encodedVariable(encoding: ShellEncoding, name: string): string {
  // A shell takes line breaks away from the end of what a function writes, and XML has them as they are.
  const breaks = encoding === 'xml' ? `\${${name}##*[!$newline]}` : ''
  return `"$(${encoding} "$${name}")${breaks}"`
}
