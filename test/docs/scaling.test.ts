import { describe, expect, it } from 'vitest'
import { classify, Outage } from '../../src/durability/postgres/outage.ts'
import { section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/scaling.md')
const proxy = read('scale/nginx.conf')

describe('docs/scaling.md', () => {
  it('has the reasons that the log has', () => {
    const reasons = section(page, 'What you see').match(/`[^`]+ \(PostgreSQL \w{5}\)`/g) ?? []

    expect(reasons.length).toBeGreaterThan(4)
    for (const reason of reasons) {
      const code = reason.slice(-7, -2)
      const outage = classify(Object.assign(new Error('said by the server'), { severity: 'ERROR', code }))
      expect(outage).toBeInstanceOf(Outage)
      expect(`\`${(outage as Outage).message}\``).toBe(reason)
    }
  })

  it.each([
    ['Read timeout', 'proxy_read_timeout'],
    ['Connect timeout', 'proxy_connect_timeout'],
  ])('has the %s of scale/nginx.conf', (row, directive) => {
    const [, seconds] = new RegExp(`${directive} (\\d+)s;`).exec(proxy) ?? []

    expect(section(page, 'Proxies')).toContain(`| ${row} | ${seconds} s`)
  })

  it('has the time for which connections to instances are kept', () => {
    const [, upstream = ''] = /upstream instances \{([^}]+)\}/.exec(proxy) ?? []
    const [, seconds] = /keepalive_timeout (\d+)s;/.exec(upstream) ?? []

    expect(section(page, 'Proxies')).toContain(`| Idle time of connections to instances | ${seconds} s |`)
  })
})
