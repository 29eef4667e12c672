import { expect, it } from 'vitest'
import { ShortHelloTargets } from '../../../src/egress/connection/short-hello-targets.ts'

const at = (host: string, port = 443) => ({ host, port })

it('a target is remembered for an hour, by host and port', () => {
  let now = 1
  const targets = new ShortHelloTargets(() => now)
  targets.add(at('a.example'))

  now = 3_600_000
  expect(targets.has(at('a.example'))).toBe(true)
  expect(targets.has(at('a.example', 8443))).toBe(false)
  expect(targets.has(at('b.example'))).toBe(false)
  now = 3_600_002
  expect(targets.has(at('a.example'))).toBe(false)
})

it('a target can be forgotten', () => {
  const targets = new ShortHelloTargets(() => 0)
  targets.add(at('a.example'))
  targets.delete(at('a.example'))

  expect(targets.has(at('a.example'))).toBe(false)
})

it('the latest thousand targets are remembered', () => {
  const targets = new ShortHelloTargets(() => 0)
  targets.add(at('first.example'))
  targets.add(at('second.example'))
  targets.add(at('first.example'))
  for (let number = 0; number < 999; number++) targets.add(at(`${number}.example`))

  expect(targets.has(at('first.example'))).toBe(true)
  expect(targets.has(at('second.example'))).toBe(false)
  expect(targets.has(at('998.example'))).toBe(true)
})
