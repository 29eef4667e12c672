import { sources } from '../../../contract/payload.ts'
import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { writeValue } from './example-text.ts'
import { noFetchedFiles } from './sentences.ts'
import { readReference } from './source-like.ts'

/** Words for the kind of a part that is a file. */
const kinds: ReadonlySet<string> = new Set(
  'file files binary binarydata formbinarydata attachment image upload blob'.split(' '),
)
/** Members that say where a file is, which the service does not fetch, or that are the file itself. */
const places: ReadonlySet<string> = new Set(
  'src file filepath fileurl url uri href link localpath localfile attachment inputdatafieldname binarypropertyname binaryproperty base64 bytes'.split(
    ' ',
  ),
)
const contents: ReadonlySet<string> = new Set('value literal content data'.split(' '))
const filenames: ReadonlySet<string> = new Set('filename originalname originalfilename'.split(' '))

/** Whether a value says that a part is a file, as in the words of Postman and n8n. */
export function isKindOfFile(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 40 && kinds.has(fold(value))
}

/** Whether a part is a file in the words of another tool: by a kind, a path or an address, or a file name beside its content. */
export function isForeignFile(part: unknown): part is JsonObject {
  if (!isObject(part)) return false
  const members = readMembers(part)
  const isNamed = members.some(([word]) => filenames.has(word))
  const hasBytes = readReference(part) !== null
  if (members.some(([word, value]) => kindWords.has(word) && isKindOfFile(value)))
    return !(isNamed && hasBytes)
  return (
    !hasBytes &&
    members.some(([word, value]) =>
      places.has(word) ? !(sources as readonly unknown[]).includes(value) : isNamed && contents.has(word),
    )
  )
}

const kindWords: ReadonlySet<string> = new Set(['type', 'kind', 'parametertype', 'valuetype', 'fieldtype'])

/** What to write in place of such a part. */
export function describeFile(part: unknown): string {
  return `write ${writeValue(fileOf(part))}; ${noFetchedFiles}`
}

/** The part of a file. Of the author's text it has names only. */
export function fileOf(part: unknown, otherName = 'file'): JsonObject {
  const members = new Map(isObject(part) ? readMembers(part) : [])
  const find = (words: Iterable<string>) =>
    Array.from(words, (word) => members.get(word)).find((value) => value !== undefined)
  const contentType = find(['contenttype', 'mimetype', 'mediatype'])
  const given = [part, ...members.values()].map(readReference).find((reference) => reference !== null)
  return {
    name: readText(find(['name', 'key', 'fieldname', 'parametername']), /^[\w.[\]-]{1,40}$/) ?? otherName,
    filename: readFilename([...members.values()]) ?? 'photo.png',
    ...(readText(contentType, /^[a-z]{1,20}\/[\w.+-]{1,60}$/i) === null ? {} : { contentType }),
    ...(given ?? { source: 'event', field: 'photo' }),
  }
}

/** Members of a part that are read. */
const maxMembers = 20

function readMembers(part: JsonObject): readonly (readonly [word: string, value: unknown])[] {
  return Object.entries(part)
    .slice(0, maxMembers)
    .map(([name, value]) => [fold(name.slice(0, 40)), value])
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function readText(value: unknown, form: RegExp): string | null {
  return typeof value === 'string' && form.test(value) ? value : null
}

/** The name of a file at the end of a path. Only a common ending tells that it is one. */
function readFilename(values: readonly unknown[]): string | null {
  for (const value of values.map((each) => (Array.isArray(each) ? each[0] : each))) {
    const end = typeof value === 'string' ? value.slice(-60) : ''
    const [name] =
      /(?<![\w.-])\w[\w-]{0,40}\.(?:png|jpe?g|gif|webp|svg|pdf|csv|txt|xml|json|zip|docx?|xlsx?|pptx?|mp[34])$/i.exec(
        end,
      ) ?? []
    if (name !== undefined) return name
  }
  return null
}
