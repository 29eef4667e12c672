import { describe, expect, it } from 'vitest'
import { maxHeaderBytes } from '../../src/egress/framing/progress-limit.ts'
import { headerLimits } from '../../src/webhook/request/header-rules.ts'
import { maxUrlLength } from '../../src/webhook/request/url.ts'
import { maxJsonDepth } from '../../src/webhook/values/json.ts'
import { service } from '../support/service.ts'
import { section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const limits = section(read('docs/operations.md'), 'Limits of a call')

describe('docs/operations.md', () => {
  it('has the limits of the code', () => {
    const { count, valueBytes, totalBytes } = headerLimits

    expect(limits).toContain(`| URL that is sent | ${grouped(maxUrlLength)} characters |`)
    expect(limits).toContain(
      `| Headers that are sent | ${count}, of ${grouped(valueBytes)} characters each and ${grouped(totalBytes)} together |`,
    )
    expect(limits).toContain(`JSON to a depth of ${maxJsonDepth} |`)
    expect(limits).toContain(`| Response | ${maxHeaderBytes / 1024} KiB of headers, `)
  })

  it.each([
    [
      'time',
      '{% assign r = (1..1000) %}{% for i in r %}{% for j in r %}{% for k in r %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['memory', '{{ (1..1000000000) | size }}'],
  ])('has the limit of a template that uses up its %s', async (_what, value) => {
    const { preview } = await service()
    const node = { method: 'GET', url: 'https://hooks.example/', query: [{ name: 'q', value }] }

    const { simulated } = await preview({ node })

    const [, limit = '', unit] = /more than (\d+) (\w+)/.exec(simulated?.reason.message ?? '') ?? []
    for (const page of [limits, read('docs/errors.md')])
      expect(page).toContain(`${grouped(Number(limit))} ${unit}`)
  })
})

/** 8192 as 8,192. */
function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
