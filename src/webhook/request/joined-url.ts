import { sources } from '../../contract/payload.ts'

/** Longer URLs are looked at in part. */
const maxCharacters = 1_000

/** How other languages begin a text that they put together: FEEL, JavaScript, Python, Power Automate, spreadsheets. */
const beginning = /^=?\s?(?:\{\{\s?)?(?:[fF]?["'`]|@?\{?\s?(?:concat|concatenate|join)\()/i

/** Where such a text goes on. */
const joint = /["'`]\s{0,3}(?:[+&,]|\|\||\.concat\()|\$?\{\s{0,3}[A-Za-z]/

/** Names of values behind a sign that joins or opens them. */
const named =
  /(?:[+&,]|\|\||\$?\{|\.concat\()\s{0,3}(?:[A-Za-z]{1,30}\(){0,2}(?!concat)(\$?[A-Za-z_]\w{0,40}(?:\([^()]{0,20}\))?(?:\??\.?(?:\w{1,40}|\[["']\w{1,40}["']\])){0,6})/g

/** What to write for a URL that is put together from texts and values as in another language; null if it is not. */
export function describeJoined(url: string): string | null {
  const text = url.slice(0, maxCharacters)
  if (!beginning.test(text) || !joint.test(text)) return null
  return `write one text without quotes and signs between its parts, and each value as a placeholder: https://host/path/${placeholders(text)}`
}

/** The same for what stands behind the host. */
export function describeJoinedTail(tail: string): string | null {
  const text = tail.slice(0, maxCharacters)
  return joinedTail.test(text)
    ? `texts are not joined with signs: write each value as a placeholder, as in https://host/path/${placeholders(text)}`
    : null
}

/** A quote that was not opened, or a value of a workflow, beside a sign. */
const joinedTail =
  /["'`]\s{0,3}[+&]\s{0,3}[$A-Za-z_["'`]|\s[+&]\s{0,3}\$?(?:profile|event|instance|flow|vars|json|item)\b/

/** The values that a text names. */
function placeholders(text: string): string {
  const found = Array.from(text.matchAll(named), ([, name = '']) => placeholder(name)).filter(isName)
  return [...new Set(found)].slice(0, 3).join('/') || '{{ profile.id }}'
}

/** Whether a placeholder has the names of an author, and no word that may be a credential. */
function isName(text: string): boolean {
  return text.length < 60 && !/\d{3}|_live_|_test_/.test(text)
}

/** A value of another tool is guessed to be one of the profile. */
function placeholder(name: string): string {
  const parts = name.match(/\w+/g) ?? []
  const start = parts.findIndex((part) => (sources as readonly string[]).includes(part))
  const path = start === -1 ? ['profile', parts.at(-1) ?? 'id'] : parts.slice(start)
  return `{{ ${path.join('.')} }}`
}
