import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** How a placeholder gets into each place of the table, and what of the request is compared with it. */
const places: Readonly<Record<string, (written: string) => readonly [node: object, read: Read]>> = {
  'raw JSON': (content) => [raw('application/json', content), body],
  'raw form': (content) => [raw('application/x-www-form-urlencoded', content), body],
  'raw XML': (content) => [raw('text/xml', content), body],
  'JSON string': (content) => [{ body: { structure: 'json', content } }, body],
  query: (value) => [{ query: [{ name: 'q', value }] }, ({ target }) => target.slice('/?q='.length)],
  path: (path) => [{ path }, ({ target }) => target.slice(1)],
}

type Read = (received: { readonly target: string; readonly body: Buffer }) => string

const body: Read = (received) => String(received.body)
const raw = (contentType: string, content: string) => ({ body: { structure: 'raw', contentType, content } })

const page = readFileSync(join(import.meta.dirname, '../../docs/values.md'), 'utf8')
const [, section = ''] = /### What is escaped already\n(.*?)\n### /s.exec(page) ?? []
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(2, -2)
      .split(/(?<!\\) \| /)
      .map((cell) => cell.replace(/^`(.*)`$/, '$1').replaceAll('\\|', '|')),
  )

describe('a value that its author has escaped', () => {
  it('has more than ten rows on the page', () => {
    expect(rows.length).toBeGreaterThan(10)
  })

  it.each(rows)(
    'is not escaped again: %s in %s, with %s, is sent as %s',
    async (written, place = '', profile = '', text = '') => {
      const target = await receiver(json(200, {}))
      const { execute } = await service()
      const [node, read] = places[place]?.(written ?? '') ?? []
      const { path = '', ...rest } = (node ?? {}) as { readonly path?: string }

      const reply = await execute({
        node: { method: 'POST', url: `${target.url}/${path}`, ...rest },
        payload: { profile: JSON.parse(profile) },
      })

      const [received] = target.received
      expect(reply.branch).toBe('success')
      expect(received && read?.(received)).toBe(text)
    },
  )

  it('arrives as it was, whichever filter its author has taken', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const q = 'a b&c=d/é+"<\'>%'
    const query = ['q', 'q | url_encode', 'q | cgi_escape', 'q | uri_escape'].map((expression, index) => ({
      name: `q${index}`,
      value: `{{ profile.${expression} }}`,
    }))

    await execute({ node: { method: 'GET', url: target.url, query }, payload: { profile: { q } } })

    const { searchParams } = new URL(target.received[0]?.target ?? '', 'https://t')
    expect([...searchParams.values()]).toEqual([q, q, q, q])
  })

  it('is masked like any other value', async () => {
    const target = await receiver((_request, response) => response.end('you asked for: pass word&1'))
    const { execute } = await service()
    const query = [{ name: 'q', value: '{{ profile.q | url_encode }}', sensitive: true }]

    const reply = await execute({
      node: { method: 'GET', url: target.url, query },
      payload: { profile: { q: 'pass word&1' } },
    })

    expect(target.received[0]?.target).toBe('/?q=pass+word%261')
    expect(reply.request?.url).toBe(`${target.url}/?q=•••`)
    expect(reply.response?.body).toBe('you asked for: •••')
  })

  it('is a variable of the curl command, which encodes it', async () => {
    const { preview } = await service()
    const query = [{ name: 'q', value: '{{ profile.q | url_encode }}', sensitive: true }]

    const { curl } = await preview({
      node: { method: 'GET', url: 'https://t.example/', query },
      payload: { profile: { q: 'pass word&1' } },
    })

    expect(curl).toContain(`--url 'https://t.example/?q='"$(uri "$q")"`)
  })
})
