import { readText } from './read-text.ts'

/** What the sources of a setting say, or all problems: one sentence each, which begins with the name of the setting. */
export type ReadValue<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly string[] }

/** What a text says. If there are problems, the value must not be used. */
export interface ParsedText<Value> {
  readonly value: Value
  /** The ends of sentences that begin with the name of the setting. None shows a secret. */
  readonly problems: readonly string[]
}

export interface SettingFile<Value> {
  /** The name of the setting that has the path. */
  readonly setting: string
  readonly maxBytes: number
  readonly parse: (text: string) => ParsedText<Value>
}

/** Reads the file of a setting. */
export function readSettingFile<Value>(
  path: string,
  { setting, maxBytes, parse }: SettingFile<Value>,
): ReadValue<Value> {
  const read = readText(path, maxBytes)
  if (!read.ok) return { ok: false, problems: nameSetting(setting, path, [`the file ${read.problem}`]) }
  const { value, problems } = parse(read.text)
  if (problems.length === 0) return { ok: true, value }
  return { ok: false, problems: nameSetting(setting, path, problems) }
}

/** The problems as sentences. */
export function nameSetting(
  setting: string,
  path: string | null,
  problems: readonly string[],
): readonly string[] {
  return problems.map((problem) => `${setting} is ${JSON.stringify(path)}: ${problem}`)
}
