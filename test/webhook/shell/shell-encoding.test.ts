import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defineEncoding,
  encodedVariable,
  type ShellEncoding,
} from '../../../src/webhook/shell/shell-encoding.ts'
import { asJsonLines, asXml, percentEncode, type TextSoFar } from '../../../src/webhook/template/encoders.ts'
import { writeJson } from '../../../src/webhook/values/json.ts'
import { trimHeader } from '../../../src/webhook/wire/headers.ts'

/** What the service writes. */
const encoders: Readonly<Record<ShellEncoding, (text: string) => string>> = {
  uri: percentEncode,
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  json: (text) => writeJson(text).slice(1, -1),
  json_lines: (text) => asJsonLines({ buffer: '' })(text),
  xml: (text) => encodeBehind('<a>', text),
  xml_attribute: (text) => encodeBehind('<a b="', text),
  xml_cdata: (text) => encodeBehind('<a><![CDATA[', text),
  xml_comment: (text) => encodeBehind('<a><!--', text),
  xml_instruction: (text) => encodeBehind('<a><?b ', text),
  trim: trimHeader,
  trim_start: (text) => trimHeader(`${text}x`).slice(0, -1),
  trim_end: (text) => trimHeader(`x${text}`).slice(1),
}

const names = Object.keys(encoders) as ShellEncoding[]

function encodeBehind(before: string, text: string): string {
  const soFar: TextSoFar = { buffer: '' }
  const encode = asXml(soFar)
  soFar.prepare?.(before)
  return encode(text)
}

const every = String.fromCharCode(...Array.from({ length: 126 }, (_, index) => index + 1))
const samples = 12
const texts = [
  every,
  '',
  ' ',
  '\n',
  '\n\n',
  '-n',
  '--',
  '---',
  '-a--b-',
  '-\n',
  '?',
  'a??',
  '?\n',
  ']]>',
  ']]]>]]>>',
  ']>]',
  ' \t a b\t ',
  '\u0085\u2028a\u2029\u2027\u00a8\u20a8',
  ...fc.sample(fc.string({ unit: fc.constantFrom(...'-?]> \t&a\n') }), samples),
  '-e \\n',
  '%s',
  '\\',
  "it's",
  'ü€😀\u0080\u07ff\uffff',
  ...fc.sample(fc.string({ unit: 'grapheme' }), samples),
  ...fc.sample(fc.string({ unit: 'binary' }), samples),
]
  .map((text) => text.replaceAll('\0', '').toWellFormed())
  .filter((text) => !text.includes('\u0000'))

describe('what a shell encodes', () => {
  it.each<[encoding: ShellEncoding, shell: string]>(
    names.flatMap((encoding) => [
      [encoding, '/bin/bash'],
      [encoding, '/bin/sh'],
    ]),
  )('as %s is what the service encodes, in %s', (encoding, shell) => {
    // A header has no line break, which a shell would take away from its end.
    const own = encoding.startsWith('trim') ? texts.filter((text) => !text.includes('\n')) : texts
    const calls = own.map(
      (text) => `v='${text.replaceAll("'", `'\\''`)}'; printf '%s\\0' ${encodedVariable(encoding, 'v')}`,
    )
    const script = `${defineEncoding(encoding)}\n${calls.join('\n')}\n`

    const output = execFileSync(shell, [], { input: script, env: { PATH: process.env.PATH } })

    expect(output.toString().split('\0').slice(0, -1)).toEqual(own.map(encoders[encoding]))
  })
})
