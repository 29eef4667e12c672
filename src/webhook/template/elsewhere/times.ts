import { dateLetters } from '../filters/date-letters.ts'
import { type Call, named, operandOf } from './call.ts'
import { NotRewritten } from './not-rewritten.ts'
import { lengthOf } from './time-units.ts'
import type { Written } from './written.ts'

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

const letters: Readonly<Record<string, string>> = { ...dateLetters, X: '%s', "'T'": 'T', '[T]': 'T' }

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

/** Calls of a time, which go on with it as it is. */
export const timeCalls: ReadonlyMap<string, Call> = new Map([
  ...named('todatetime todate fromiso fromformat parsedate moment dayjs tolocal toutc', asTime),
  ...named('format toformat formatdate formatdatetime dateformat toiso toisostring isoformat', formatted),
  ...named('plus add dateadd', moved('plus')),
  ...named('minus subtract', moved('minus')),
  ...['adddays', 'addhours', 'addminutes', 'addseconds', 'addweeks'].map(
    (name) => [name, movedBy(name.slice(3))] as const,
  ),
  ['date', (subject, given, pen) => (given.length > 0 ? formatted : asTime)(subject, given, pen)],
])
