import { mostArguments } from '../filters/filter-arguments.ts'
import { type Call, named, numberOf, operandOf, type Pen } from './call.ts'
import { findFilterElsewhere } from './filters-elsewhere.ts'
import { NotRewritten } from './not-rewritten.ts'
import { timeCalls, writeDate } from './times.ts'
import { type Argument, now, type Written } from './written.ts'

/** The result of a function or method of another tool in Liquid. */
export function callElsewhere(
  name: string,
  subject: Written | null,
  given: readonly Argument[],
  pen: Pen,
): Written {
  const key = name.toLowerCase().replaceAll('_', '')
  if (subject === null) return makeNow(key)
  const dated = subject.isDate === true && !timeCalls.has(key) ? writeDate(subject, null) : subject
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
  return now
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

const rounded: Call = (subject, [digits], { pipe }) =>
  pipe(subject, digits === undefined ? 'round' : `round: ${numberOf(digits)}`)

const calls: ReadonlyMap<string, Call> = new Map([
  ...timeCalls,
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
