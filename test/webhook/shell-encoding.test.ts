import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asXml, percentEncode, type TextSoFar } from '../../src/webhook/encode.ts'
import { writeJson } from '../../src/webhook/json.ts'
import { defineEncoding, encodedVariable, type ShellEncoding } from '../../src/webhook/shell-encoding.ts'

/** What the service writes. */
const encoders: Readonly<Record<ShellEncoding, (text: string) => string>> = {
  uri: percentEncode,
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  json: (text) => writeJson(text).slice(1, -1),
  xml: (text) => asXml({ buffer: '' })(text),
  xml_attribute: encodeAttribute,
}

function encodeAttribute(text: string): string {
  const soFar: TextSoFar = { buffer: '' }
  const encode = asXml(soFar)
  soFar.prepare?.('<a b="')
  return encode(text)
}

const every = String.fromCharCode(...Array.from({ length: 126 }, (_, index) => index + 1))
const texts = [
  every,
  '',
  ' ',
  '\n',
  '\n\n',
  '-n',
  '-e \\n',
  '%s',
  '\\',
  "it's",
  'ü€😀\u0080\u07ff\uffff',
  ...fc.sample(fc.string({ unit: 'grapheme' }), 100),
  ...fc.sample(fc.string({ unit: 'binary' }), 100),
]
  .map((text) => text.replaceAll('\0', '').toWellFormed())
  .filter((text) => !text.includes('\u0000'))

describe('what a shell encodes', () => {
  it.each<[encoding: ShellEncoding, shell: string]>(
    (['uri', 'form', 'json', 'xml', 'xml_attribute'] as const).flatMap((encoding) => [
      [encoding, '/bin/bash'],
      [encoding, '/bin/sh'],
    ]),
  )('as %s is what the service encodes, in %s', (encoding, shell) => {
    const calls = texts.map(
      (text) => `v='${text.replaceAll("'", `'\\''`)}'; printf '%s\\0' ${encodedVariable(encoding, 'v')}`,
    )
    const script = `${defineEncoding(encoding)}\n${calls.join('\n')}\n`

    const output = execFileSync(shell, [], { input: script, env: { PATH: process.env.PATH } })

    expect(output.toString().split('\0').slice(0, -1)).toEqual(texts.map(encoders[encoding]))
  })
})
