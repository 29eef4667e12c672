/** A text that people read as a number, and Liquid does not. */
export interface NearNumber {
  /** What it has that a number has not, as the end of a sentence. */
  readonly has: string
  /** The filters that make it a number, as they are written behind a value. */
  readonly filters: string
}

/** Longer texts are no numbers. */
const maxCharacters = 40

// recheck: at most 40 characters
const parts = /^\s*(\D*?)\s*([-+]?\d[\d.,' \u00a0\u202f]*?)\s*([^\d\s]*)\s*$/

const units = /^(?:[€$£¥%]|EUR|USD|GBP|CHF|JPY|PLN|SEK|DKK|NOK|CZK)$/i

/** What makes a text such as `1.234,50 €` no number; null if it is not near to one. The text is not quoted but for a unit. */
export function findNearNumber(text: string): NearNumber | null {
  if (text.length > maxCharacters) return null
  const [, before = '', digits = '', behind = ''] = parts.exec(text) ?? []
  const around = [before, behind].filter((unit) => unit !== '')
  const marks = findMarks(digits)
  if (digits === '' || marks === null || !around.every((unit) => units.test(unit))) return null
  const removed = around.map((unit) => `| remove: "${unit}" `).join('')
  const has = [...around.map((unit) => `"${unit}"`), ...(marks.has === '' ? [] : [marks.has])]
  return has.length === 0
    ? null
    : {
        has: has.join(' and '),
        filters: `${removed}${around.length > 0 ? '| strip ' : ''}${marks.filters}`.trimEnd(),
      }
}

const written: readonly (readonly [form: RegExp, has: string, filters: string])[] = [
  [/^[-+]?\d+(?:\.\d+)?$/, '', ''],
  [/^[-+]?\d{1,3},\d{3}$/, 'a comma, which is taken as that of thousands', '| remove: ","'],
  [/^[-+]?\d+,\d+$/, 'a decimal comma', '| replace: ",", "."'],
  [/^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/, 'commas between thousands', '| remove: ","'],
  [/^[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/, 'points between thousands', '| remove: "." | replace: ",", "."'],
  [/^[-+]?\d{1,3}(?:'\d{3})+(?:\.\d+)?$/, 'signs between thousands', `| remove: "'"`],
  [/^[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?$/, 'blanks between thousands', '| remove: " "'],
  [/^[-+]?\d{1,3}(?: \d{3})+,\d+$/, 'blanks between thousands', '| remove: " " | replace: ",", "."'],
]

function findMarks(digits: string): NearNumber | null {
  const [, has, filters] = written.find(([form]) => form.test(digits)) ?? []
  return has === undefined || filters === undefined ? null : { has, filters }
}
