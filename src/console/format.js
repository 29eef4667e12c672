// @ts-check

/**
 * A duration as people read it.
 * @param {number} ms
 */
export function formatMs(ms) {
  if (ms < 10) return `${round(ms, 1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${round(ms / 1_000, 1)} s`
  if (ms < 3_600_000) return `${round(ms / 60_000, 1)} min`
  return `${round(ms / 3_600_000, 1)} h`
}

/**
 * Behind the name of an instance: that others have counted, too.
 * @param {number} instances
 */
export function describeOthers(instances) {
  if (instances === 1) return ''
  return instances === 2 ? ', with one other instance' : `, with ${instances - 1} other instances`
}

/**
 * How far a moment lies ahead, such as `in 5 min`.
 * @param {string} time @param {number} now
 */
export function formatAhead(time, now) {
  const ms = Date.parse(time) - now
  return ms < 1_000 || Number.isNaN(ms) ? 'now' : `in ${formatMs(ms)}`
}

/**
 * @param {number} count @param {string} noun In the singular.
 */
export function formatCount(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * @param {{ state: string, attempts: number } | null} callback @param {boolean} done Whether the execution has ended.
 */
export function describeCallback(callback, done) {
  if (callback === null) return 'none'
  if (!done) return 'comes after the end'
  return `${callback.state}, tried ${formatCount(callback.attempts, 'time')}`
}

/** What has no form of its own, or changes the order of what stands beside it: controls, breaks, marks of direction and of no width. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{3164}\u{ffa0}]|\p{Cs}/gu

/** Blanks that a page would not show: at an end, beside another one, and those that only look like one. */
const unseenBlank = /^ | $| (?= )|(?<= ) |(?! )\p{Zs}/gu

/**
 * A name with all that it consists of: what is not seen by itself is written as its code point, such as `[U+202E]`.
 * @param {string} name
 */
export function showUnseen(name) {
  return name.replace(unseenBlank, writeCodePoint).replace(unseen, writeCodePoint)
}

/**
 * A text of lines in which nothing hides, and nothing turns the direction of what stands beside it.
 * @param {string} text
 */
export function showUnseenText(text) {
  return text.replace(unseen, (character, at) => {
    const isBreak = character === '\n' || (character === '\r' && text[at + 1] === '\n')
    return isBreak || character === '\t' ? character : writeCodePoint(character)
  })
}

/** @param {string} character */
function writeCodePoint(character) {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}

/**
 * A sentence of the service in parts: those in backticks are code.
 * @param {string} text @returns {{ text: string, isCode: boolean }[]}
 */
export function splitCode(text) {
  return showUnseenText(text)
    .split(/`([^`]+)`/)
    .map((part, at) => ({ text: part, isCode: at % 2 === 1 }))
    .filter((part) => part.text !== '')
}

/**
 * Why a reply shows no request, and no response.
 * @param {{ delivered: string, attempts: readonly unknown[], reason: { code: string } }} reply
 */
export function explainAbsence({ delivered, attempts, reason }) {
  if (attempts.length > 0)
    return { request: 'What the attempts above have sent is not kept.', response: 'None is kept.' }
  if (delivered !== 'no')
    return { request: 'What was sent, if anything, is not known.', response: 'None is known.' }
  const wasEnded = reason.code === 'withdrawn' || reason.code === 'expired'
  const request = wasEnded ? 'It ended before its first attempt.' : 'No request was made.'
  return { request, response: 'There was none.' }
}

/** @param {number} value @param {number} digits */
function round(value, digits) {
  return Number(value.toFixed(digits))
}

/**
 * A moment in the time zone of the reader: `2026-11-30 14:16:07`. A text that is none stays as it is.
 * @param {string} time
 */
export function formatTime(time) {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return time
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/**
 * How long ago a moment was.
 * @param {string} time @param {number} now
 */
export function formatAge(time, now) {
  const ms = Math.max(0, now - Date.parse(time))
  if (Number.isNaN(ms)) return time
  if (ms < 1_000) return 'now'
  const units = /** @type {const} */ ([
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ])
  const [size, name] = units.find(([unit]) => ms >= unit) ?? units[3]
  return `${Math.floor(ms / size)} ${name} ago`
}
