import { mostArguments } from './filter-arguments.ts'
import { findFilterElsewhere } from './filters-elsewhere.ts'
import { type Argument, lengthOf, NotRewritten, type Written } from './written-value.ts'

interface Pen {
  /** A value with one more filter. */
  readonly pipe: (written: Written, filter: string) => Written
  /** A value as the argument of a filter. */
  readonly operand: (written: Written) => string
}

type Call = (subject: Written, given: readonly Argument[], pen: Pen) => Written

/** The result of a function or method of another tool in Liquid. */
export function callElsewhere(
  name: string,
  subject: Written | null,
  given: readonly Argument[],
  pen: Pen,
): Written {
  const key = name.toLowerCase().replaceAll('_', '')
  if (subject === null) return makeNow(key)
  const dated = subject.isDate === true && !datesOnly.has(key) ? writeDate(subject, null) : subject
  const call = calls.get(key)
  if (call !== undefined) return call(dated, given, pen)
  const most = mostArguments.get(name)
  if (most !== undefined) return withArguments(name, Math.min(most, given.length))(dated, given, pen)
  const { filter } = findFilterElsewhere(name) ?? {}
  if (filter == null || given.length > 0) throw new NotRewritten()
  if (filter === 'append: ""') return dated
  if (filter.includes(':') && filter !== 'plus: 0') throw new NotRewritten()
  return pen.pipe(dated, filter)
}

function makeNow(key: string): Written {
  if (!/^(?:now|today|date|moment|dayjs|utcnow|utc|local)$/.test(key)) throw new NotRewritten()
  return { kind: 'path', value: '"now"', isDate: true }
}

const isoTime = '%Y-%m-%dT%H:%M:%SZ'

/** A time in a format of the other tool; null for that of ISO 8601. */
export function writeDate({ value }: Written, format: string | null): Written {
  return { kind: 'piped', value: `${value} | date: "${format === null ? isoTime : translateFormat(format)}"` }
}

/** Anything but letters of a format and signs may be a text of the author's. */
function translateFormat(format: string): string {
  if (format.length > 40) throw new NotRewritten()
  if (/^[YmdHis](?:[-/.: T]{0,2}[YmdHis]){0,9}$/.test(format) && !/([YmdHis])\1/.test(format))
    return format.replaceAll(/[YmdHis]/g, (letter) =>
      letter === 'i' ? '%M' : letter === 's' ? '%S' : `%${letter}`,
    )
  const meant = format.replaceAll(
    /YYYY|yyyy|YY|yy|MM|DD|dd|HH|hh|mm|ss|X|'T'|\[T\]/g,
    (part) => letters[part] ?? part,
  )
  if (!/^(?:%[YymdHIMSs]|[-/.: TZ])+$/.test(meant)) throw new NotRewritten()
  return meant
}

const letters: Readonly<Record<string, string>> = {
  YYYY: '%Y',
  yyyy: '%Y',
  YY: '%y',
  yy: '%y',
  MM: '%m',
  DD: '%d',
  dd: '%d',
  HH: '%H',
  hh: '%I',
  mm: '%M',
  ss: '%S',
  X: '%s',
  "'T'": 'T',
  '[T]': 'T',
}

/** In Liquid a number is in seconds, in JavaScript in milliseconds. */
const asTime: Call = ({ value, kind }, [format]) => {
  if (format !== undefined && (format.kind !== 'text' || !/^yyyy-/i.test(format.text ?? '')))
    throw new NotRewritten()
  return { kind, value: value.replace(/ \| times: 1000$/, ''), isDate: true }
}

/** A time with seconds added or taken away. */
function shift(filter: 'plus' | 'minus', { value }: Written, seconds: number): Written {
  const signed = seconds < 0 ? (filter === 'plus' ? 'minus' : 'plus') : filter
  return { kind: 'piped', value: `${value} | date: "%s" | ${signed}: ${Math.abs(seconds)}`, isDate: true }
}

/** Moves a time by a duration, or adds to a number. */
const moved =
  (filter: 'plus' | 'minus'): Call =>
  (subject, given, pen) => {
    const [amount, unit] = given
    if (amount?.kind === 'duration') return shift(filter, subject, amount.seconds)
    if (unit === undefined && subject.isDate === undefined)
      return pen.pipe(subject, `${filter}: ${operandOf(amount, pen)}`)
    if (amount?.kind !== 'number' || unit?.kind !== 'text') throw new NotRewritten()
    return shift(filter, subject, Number(amount.value) * lengthOf(unit.text ?? ''))
  }

const movedBy =
  (unit: string): Call =>
  (subject, [amount]) => {
    if (amount?.kind !== 'number') throw new NotRewritten()
    return shift('plus', subject, Number(amount.value) * lengthOf(unit))
  }

const formatted: Call = (subject, [format]) => {
  if (format !== undefined && format.kind !== 'text') throw new NotRewritten()
  return writeDate(subject, format?.kind === 'text' ? (format.text ?? '') : null)
}

function operandOf(given: Argument | undefined, { operand }: Pen): string {
  if (given === undefined || given.kind === 'arrow' || given.kind === 'duration') throw new NotRewritten()
  // A regular expression in a text.
  if (given.kind === 'text' && /^\/.+\/[a-z]{0,5}$/.test(given.text ?? '')) throw new NotRewritten()
  return operand(given)
}

/** A filter that takes the arguments as they are. */
const withArguments =
  (filter: string, count: number, otherwise: string | null = null): Call =>
  (subject, given, pen) => {
    if (given.length === 0 && otherwise !== null) return pen.pipe(subject, `${filter}: ${otherwise}`)
    if (given.length < count) throw new NotRewritten()
    if (count === 0) return pen.pipe(subject, filter)
    return pen.pipe(
      subject,
      `${filter}: ${given
        .slice(0, count)
        .map((one) => operandOf(one, pen))
        .join(', ')}`,
    )
  }

function numberOf(given: Argument | undefined): number {
  if (given?.kind !== 'number' || !/^\d+$/.test(given.value)) throw new NotRewritten()
  return Number(given.value)
}

/** A part from a place to another one. */
const part: Call = (subject, [from, to], { pipe }) => {
  const start = numberOf(from)
  return pipe(subject, `slice: ${start}, ${to === undefined ? 10_000 : Math.max(0, numberOf(to) - start)}`)
}

const matching =
  (behind: string): Call =>
  (subject, [arrow], { pipe }) => {
    if (arrow?.kind !== 'arrow' || arrow.path === '') throw new NotRewritten()
    const { item, path, sign, operand } = arrow
    const filter =
      sign === null || sign === '=='
        ? `where: "${path}"${operand === null ? '' : `, ${operand}`}`
        : `where_exp: "${item}", "${item}.${path} ${sign} ${(operand ?? '').replaceAll('"', "'")}"`
    return pipe(subject, filter + behind)
  }

const has: Call = (subject, [arrow], { pipe }) => {
  if (arrow?.kind !== 'arrow' || arrow.path === '' || (arrow.sign !== null && arrow.sign !== '=='))
    throw new NotRewritten()
  return pipe(subject, `has: "${arrow.path}"${arrow.operand === null ? '' : `, ${arrow.operand}`}`)
}

const seconds =
  (behind: string): Call =>
  ({ value }) => ({ kind: 'piped', value: `${value} | date: "%s"${behind}` })

/** A number whose decimal sign may be a comma. */
const parsedNumber: Call = (subject, [sign], { pipe }) => {
  if (sign !== undefined && (sign.kind !== 'text' || !/^[.,]$/.test(sign.text ?? '')))
    throw new NotRewritten()
  const isComma = sign?.kind === 'text' && sign.text === ','
  return pipe(isComma ? pipe(subject, 'replace: ",", "."') : subject, 'plus: 0')
}

/** What only the author can tell. */
const refused: Call = () => {
  throw new NotRewritten()
}

const mapped: Call = (subject, [given], { pipe }) => {
  if (given?.kind === 'arrow' && given.sign === null && given.path !== '')
    return pipe(subject, `map: "${given.path}"`)
  if (given?.kind === 'text') return pipe(subject, 'map: "…"')
  throw new NotRewritten()
}

const truth =
  (write: (subject: string, given: string) => string): Call =>
  (subject, [given], pen) => {
    const value = subject.kind === 'piped' ? `(${subject.value})` : subject.value
    return { kind: 'truth', value: write(value, operandOf(given, pen)) }
  }

const compared =
  (behind: string): Call =>
  ({ kind, value }) => ({ kind: 'truth', value: `${kind === 'piped' ? `(${value})` : value} ${behind}` })

const members =
  (index: 0 | 1): Call =>
  ({ kind, value }) => {
    if (kind !== 'path') throw new NotRewritten()
    return { kind: 'markup', value: `{% for pair in ${value} %}{{ pair[${index}] }},{% endfor %}` }
  }

const item: Call = (subject, [index], { pipe, operand }) => {
  if (index?.kind === 'number' && subject.kind === 'path')
    return { kind: 'path', value: `${subject.value}[${index.value}]` }
  if (index?.kind === 'number') return { kind: 'path', value: `${operand(subject)}[${index.value}]` }
  return pipe(subject, 'last')
}

const alone =
  (filter: 'first' | 'last'): Call =>
  (subject, given, { pipe }) => {
    if (given.length > 0) throw new NotRewritten()
    if (subject.kind === 'path') return { kind: 'path', value: `${subject.value}.${filter}` }
    return pipe(subject, filter)
  }

/** Names that mean the same. */
const named = (names: string, call: Call): readonly (readonly [string, Call])[] =>
  names.split(' ').map((name) => [name, call])

const rounded: Call = (subject, [digits], { pipe }) =>
  pipe(subject, digits === undefined ? 'round' : `round: ${numberOf(digits)}`)

/** Calls of a time, which go on with it as it is. */
const datesOnly: ReadonlyMap<string, Call> = new Map([
  ...named('todatetime todate fromiso fromformat parsedate moment dayjs tolocal toutc', asTime),
  ...named('format toformat formatdate formatdatetime dateformat toiso toisostring isoformat', formatted),
  ...named('plus add dateadd', moved('plus')),
  ...named('minus subtract', moved('minus')),
  ...['adddays', 'addhours', 'addminutes', 'addseconds', 'addweeks'].map(
    (name) => [name, movedBy(name.slice(3))] as const,
  ),
  ['date', (subject, given, pen) => (given.length > 0 ? formatted : asTime)(subject, given, pen)],
])

const calls: ReadonlyMap<string, Call> = new Map([
  ...datesOnly,
  ...named('split explode', withArguments('split', 1)),
  ...named('join implode', withArguments('join', 1, '","')),
  ...named('replace replaceall substitute', withArguments('replace', 2)),
  ...named('default ifempty coalesce nvl ifnull', withArguments('default', 1)),
  ...named('concat append', withArguments('append', 1)),
  ...named('multiply', withArguments('times', 1)),
  ...named('divide', withArguments('divided_by', 1)),
  ...named('max', withArguments('at_least', 1)),
  ...named('min', withArguments('at_most', 1)),
  ...named('round tofixed formatnumber', rounded),
  ...named('slice substring mid', part),
  [
    'substr',
    (subject, [from, count], { pipe }) => pipe(subject, `slice: ${numberOf(from)}, ${numberOf(count)}`),
  ],
  ['left', (subject, [count], { pipe }) => pipe(subject, `slice: 0, ${numberOf(count)}`)],
  ['right', (subject, [count], { pipe }) => pipe(subject, `slice: -${numberOf(count)}, ${numberOf(count)}`)],
  ...named('map pluck', mapped),
  ['filter', matching('')],
  ['find', matching(' | first')],
  ...named('exists isset defined', compared('!= nil')),
  ...named('isnull', compared('== nil')),
  ...named('empty isempty', compared('== empty')),
  ...named(
    'includes contains stringcontains',
    truth((subject, given) => `${subject} contains ${given}`),
  ),
  ...named('some any', has),
  ['reduce', (subject, _given, { pipe }) => pipe(subject, 'sum')],
  ...named('unix tounixinteger toseconds', seconds('')),
  ...named('gettime tomillis valueof', seconds(' | times: 1000')),
  [
    'sha256',
    (subject, given, pen) =>
      given.length === 0
        ? pen.pipe(subject, 'sha256')
        : pen.pipe(subject, `hmac_sha256: ${operandOf(given.at(-1), pen)}`),
  ],
  ...named('list tolist', (subject) => subject),
  ...named('parsejson', refused),
  ['parsenumber', parsedNumber],
  ['at', item],
  ...named('first shift', alone('first')),
  ...named('last pop', alone('last')),
  ['keys', members(0)],
  ['values', members(1)],
])
