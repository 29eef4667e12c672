let second = Number.NaN
let untilSecond = ''

/** The same as `toISOString`. Times of one second share what they begin with (docs/decisions/performance.md). */
export function writeIsoTime(time: Date): string {
  const ms = time.getTime()
  const current = Math.floor(ms / 1_000)
  if (current !== second) {
    untilSecond = time.toISOString().slice(0, -4)
    second = current
  }
  const fraction = String(ms - current * 1_000).padStart(3, '0')
  return [untilSecond, fraction, 'Z'].join('')
}
