/** Longer texts are not compared again. */
const maxCompared = 65_536

/** A way to write a text in which two texts are the same, and what tells the reader of it. */
interface Writing {
  readonly read: (text: string) => string
  readonly difference: string
}

const writings: readonly Writing[] = [
  {
    read: (text) => text.normalize('NFC'),
    difference:
      'It would match but for the way its accents are written: one of both has a letter with its accent (NFC), the other one the accent as a character of its own (NFD). Copy the text from the response.',
  },
  {
    read: (text) => text.replace(/[\u00a0\u2007\u202f]/g, ' '),
    difference:
      'It would match but for a no-break space, which the one has where the other has a blank. Copy the text from the response.',
  },
  {
    read: (text) => text.replace(/\s+/g, ' '),
    difference:
      'It would match but for white space: the one has a line break or several blanks where the other has one. Expect a part of the text without them, or copy it from the response.',
  },
  {
    read: withoutEscapes,
    difference:
      'It would match if the escapes of JSON were undone, such as \\u00f6: use a condition on response.json, which reads them.',
  },
  {
    read: withoutEntities,
    difference:
      'It would match if the entities of HTML were undone, such as &ouml;: expect the text as the target writes it.',
  },
]

/**
 * Tells in which way of writing a text would match that does not match as it is: Unicode normal forms, white space, escapes,
 * entities. Null if it would not. `fits` compares two texts as the expectation does. The time is linear in the text.
 */
export function findDifference(
  text: string,
  wanted: string,
  fits: (text: string, wanted: string) => boolean,
): string | null {
  if (text.length > maxCompared || wanted.length > maxCompared) return null
  const found = writings.find(({ read }) => fits(read(text), read(wanted)))
  return found?.difference ?? null
}

function withoutEscapes(text: string): string {
  return text
    .replace(/\\u([\da-f]{4})/gi, (_whole, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .replace(/\\(["/\\])/g, '$1')
}

function withoutEntities(text: string): string {
  return text.replace(/&(#x?[\da-f]{1,6}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole
  })
}

/** The entities that texts of Europe have most often. */
const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', euro: '€', copy: '©', ndash: '–' },
  ...{ auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', mdash: '—' },
  ...{ eacute: 'é', egrave: 'è', ecirc: 'ê', agrave: 'à', acirc: 'â', ccedil: 'ç', ocirc: 'ô' },
  ...{ aacute: 'á', iacute: 'í', oacute: 'ó', uacute: 'ú', ntilde: 'ñ', aring: 'å', oslash: 'ø', aelig: 'æ' },
}

/** Where two texts differ that are the same without the white space around them. */
export function placeOfSpace(one: string, other: string): string {
  const isSameStart = one.trimEnd() === other.trimEnd()
  if (isSameStart) return 'at its end'
  return one.trimStart() === other.trimStart() ? 'at its beginning' : 'around it'
}
