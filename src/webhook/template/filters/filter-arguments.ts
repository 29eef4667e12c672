/** The arguments that a filter needs. */
export interface NeededArguments {
  readonly count: number
  readonly example: string
}

const one = (example: string): NeededArguments => ({ count: 1, example })
const two = (example: string): NeededArguments => ({ count: 2, example })

const ofText = one('"text"')
const ofNumber = one('2')
const ofPath = one('"name"')
const ofItem = one('"item"')
const ofReplacement = two('"old", "new"')
const ofCondition = two('"item", "item.active"')

/** The required arguments of filters. LiquidJS does not check them. */
export const neededArguments: ReadonlyMap<string, NeededArguments> = new Map([
  ['append', ofText],
  ['prepend', ofText],
  ['remove', ofText],
  ['remove_first', ofText],
  ['remove_last', ofText],
  ['hmac_sha256', one('"key"')],
  ['split', one('","')],
  ['replace', ofReplacement],
  ['replace_first', ofReplacement],
  ['replace_last', ofReplacement],
  ['default', ofText],
  ['plus', ofNumber],
  ['minus', ofNumber],
  ['times', ofNumber],
  ['divided_by', ofNumber],
  ['modulo', ofNumber],
  ['at_least', ofNumber],
  ['at_most', ofNumber],
  ['slice', one('0, 3')],
  ['map', ofPath],
  ['where', ofPath],
  ['reject', ofPath],
  ['has', ofPath],
  ['find', ofPath],
  ['find_index', ofPath],
  ['group_by', ofPath],
  ['where_exp', ofCondition],
  ['reject_exp', ofCondition],
  ['has_exp', ofCondition],
  ['find_exp', ofCondition],
  ['find_index_exp', ofCondition],
  ['group_by_exp', ofCondition],
  ['concat', one('profile.others')],
  ['push', ofItem],
  ['unshift', ofItem],
])

const numbered = (most: number, names: readonly string[]) => names.map((name) => [name, most] as const)

/** The largest number of positional arguments of filters. LiquidJS ignores further ones. */
export const mostArguments: ReadonlyMap<string, number> = new Map([
  ...numbered(0, [
    ...['escape', 'xml_escape', 'escape_once', 'newline_to_br', 'strip_html', 'strip_newlines', 'squish'],
    ...['abs', 'ceil', 'floor', 'to_integer', 'url_decode', 'url_encode', 'cgi_escape', 'uri_escape'],
    ...['first', 'last', 'reverse', 'size', 'compact', 'pop', 'shift', 'uniq', 'downcase', 'upcase'],
    ...['capitalize', 'normalize_whitespace', 'base64_encode', 'base64_decode', 'sha256'],
    ...['date_to_xmlschema', 'date_to_rfc822'],
  ]),
  ...numbered(1, [
    ...['minus', 'plus', 'modulo', 'times', 'round', 'sum', 'sample', 'json', 'jsonify', 'inspect', 'join'],
    ...['array_to_sentence_string', 'sort', 'sort_natural', 'map', 'concat', 'push', 'unshift', 'group_by'],
    ...['append', 'prepend', 'strip', 'lstrip', 'rstrip', 'split', 'remove', 'remove_first', 'remove_last'],
    ...['hmac_sha256', 'number_of_words', 'default'],
  ]),
  ...numbered(2, [
    ...['divided_by', 'slugify', 'slice', 'where', 'reject', 'has', 'find', 'find_index', 'where_exp'],
    ...['reject_exp', 'has_exp', 'find_exp', 'find_index_exp', 'group_by_exp', 'replace', 'replace_first'],
    ...['replace_last', 'truncate', 'truncatewords', 'date', 'date_to_string', 'date_to_long_string'],
  ]),
  ...numbered(Number.POSITIVE_INFINITY, ['at_least', 'at_most']),
])

const ofOthers = 'map: "name" before it'

/** The likely intention behind further arguments. */
export const insteadOfMore: ReadonlyMap<string, string> = new Map([
  ['sort', 'sort: "name" | reverse'],
  ['sort_natural', 'sort_natural: "name" | reverse'],
  ['where', 'where_exp: "item", "item.score > 5"'],
  ['reject', 'reject_exp: "item", "item.score > 5"'],
  ['find', 'find_exp: "item", "item.score > 5"'],
  ['has', 'has_exp: "item", "item.score > 5"'],
  ['sha256', 'hmac_sha256: "key"'],
  ['first', 'slice: 0, 3'],
  ['last', 'slice: -3, 3'],
  ['uniq', ofOthers],
  ['compact', ofOthers],
  ['join', 'array_to_sentence_string: "and"'],
  ['append', 'append: "a" | append: "b"'],
  ['prepend', 'prepend: "b" | prepend: "a"'],
])
