const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The forms in which a target may send a value back. */
export function writeEchoes(value: string): string[] {
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value),
    JSON.stringify(JSON.stringify(value)),
    base64(value),
    Buffer.from(value).toString('base64url'),
    base64(`x${value}`),
    base64(`xy${value}z`),
  ]
}

/** What would give the value away, less the digits of base64 that depend on its neighbours. */
export function listTraces(value: string): string[] {
  const digits = ['', 'x', 'xy'].map((before) => base64(before + value).slice(4, -4))
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value)).slice(3, -3),
    ...digits,
    ...digits.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}
