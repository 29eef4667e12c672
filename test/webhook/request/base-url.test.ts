import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileNode } from '../../../src/webhook/compile.ts'
import { type CompiledConnection, compileConnection } from '../../../src/webhook/connection.ts'
import { renderRequest } from '../../../src/webhook/render.ts'
import { RenderBudget } from '../../../src/webhook/template/render-budget.ts'

function connectionTo(baseUrl: string): CompiledConnection {
  const compiled = compileConnection('crm', { baseUrl })
  if (!compiled.ok) throw new TypeError(JSON.stringify(compiled.errors))
  return compiled.connection
}

/** The URL that is sent; null if the node is refused or nothing is sent. */
function join(baseUrl: string, url: string, payload: object = {}, templates: 'liquid' | 'none' = 'liquid') {
  const node = { method: 'GET' as const, connection: 'crm', url, templates }
  const compiled = compileNode(node, { maxTimeoutMs: 10_000 }, connectionTo(baseUrl))
  if (!compiled.ok) return null
  const { node: compiledNode } = compiled
  const budget = new RenderBudget(1_000)
  const input = {
    payload,
    secrets: {},
    store: { find: () => undefined },
    budget,
    maxRenderedBytes: 1_048_576,
    executionId: '01a2001a-3e12-7cbc-a9fe-3a94ca28fe46',
    idempotencyKey: null,
    correlationId: null,
    tenant: null,
    userAgent: 'webhook-node',
    traceHeaders: [],
  }
  const rendered = budget.render(() => renderRequest(compiledNode, input))
  if (!rendered.ok) return null
  const { host, port, target } = rendered.request
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}${target}`
}

describe('a base URL and a path', () => {
  it.each([
    ['https://api.crm.example', '/', 'https://api.crm.example:443/'],
    ['https://api.crm.example', '/leads', 'https://api.crm.example:443/leads'],
    ['https://api.crm.example/', '/leads', 'https://api.crm.example:443/leads'],
    ['https://api.crm.example/v1', '/leads', 'https://api.crm.example:443/v1/leads'],
    ['https://api.crm.example/v1/', '/leads/', 'https://api.crm.example:443/v1/leads/'],
    ['https://api.crm.example/v1', '/', 'https://api.crm.example:443/v1/'],
    ['https://api.crm.example/v1', '/?a=1', 'https://api.crm.example:443/v1/?a=1'],
    ['https://API.crm.example:8443/a%2Fb', '/c%2Fd', 'https://api.crm.example:8443/a%2Fb/c%2Fd'],
    ['https://[2001:DB8::1]/v1', '/leads', 'https://[2001:db8::1]:443/v1/leads'],
    ['https://api.crm.example/v1', '/a..b/...', 'https://api.crm.example:443/v1/a..b/...'],
    ['https://api.crm.example/v1', '/q?next=../../x', 'https://api.crm.example:443/v1/q?next=../../x'],
    [
      'https://api.crm.example/v1',
      '/:8443@evil.example',
      'https://api.crm.example:443/v1/:8443@evil.example',
    ],
  ])('%s and %s are joined', (baseUrl, url, whole) => {
    expect(join(baseUrl, url)).toBe(whole)
  })

  it('keep a slash in a value, as a part of its segment', () => {
    const payload = { profile: { id: 'group/project' } }

    expect(join('https://git.example/api', '/projects/{{ profile.id }}', payload)).toBe(
      'https://git.example:443/api/projects/group%2Fproject',
    )
  })

  it('stay braces where the node has no templates', () => {
    expect(join('https://a.example/v1', '/{{x}}', {}, 'none')).toBe('https://a.example:443/v1/{{x}}')
  })

  const tricky = fc.constantFrom(
    ...[
      '/',
      '//',
      '\\',
      '.',
      '..',
      '%2e',
      '%2E%2e',
      '%252e',
      '%2f',
      '%5c',
      ';',
      '?',
      '#',
      '@',
      ':',
      ' ',
      '\t',
      '\0',
    ],
    ...[
      'https:',
      'evil.example',
      ':8443',
      '{{ profile.a }}',
      '{{ profile.b | url_encode }}',
      '{{',
      '}}',
      'x',
      'é',
    ],
    ...['{% if profile.a %}', '{% endif %}', '{{ "../" }}', '{% raw %}', '{% endraw %}', '%c0%ae', '%u002e'],
    ...[
      '{{ profile.a | url_decode }}',
      '{% assign q = "/.." %}',
      '{{ q }}',
      '{%- if true -%}',
      '{{- "." -}}',
    ],
  )
  const text = fc.oneof(
    fc.array(tricky, { maxLength: 8 }).map((parts) => parts.join('')),
    fc.string(),
  )
  const base = fc.constantFrom(
    'https://api.crm.example',
    'https://api.crm.example:8443/v1',
    'https://192.0.2.7/a/b/',
  )

  it('lead to the host and below the path of the base, whatever the node and the payload are', () => {
    let sent = 0
    fc.assert(
      fc.property(
        base,
        fc.oneof(
          text,
          text.map((rest) => `/${rest}`),
        ),
        text,
        text,
        fc.constantFrom('liquid' as const, 'none' as const),
        (baseUrl, url, a, b, templates) => {
          const joined = join(baseUrl, url, { profile: { a, b } }, templates)
          if (joined === null) return
          sent += 1
          const whole = new URL(joined)
          const wanted = new URL(baseUrl)
          const path = wanted.pathname.replace(/\/$/, '')
          expect(whole.origin).toBe(wanted.origin)
          // The parser resolves dots.
          expect(whole.pathname.startsWith(`${path}/`), joined).toBe(true)
          expect(
            joined.startsWith(`${wanted.origin.replace(/^(https:\/\/[^:]+)$/, '$1:443')}${path}/`),
            joined,
          ).toBe(true)
          expect(joined.slice(`https://${wanted.host}${path}`.length)).not.toMatch(/^\/\//)
          expect(decodeTwice(whole.pathname).split(/[/\\]/)).not.toContain('..')
        },
      ),
      { numRuns: 5_000 },
    )
    expect(sent).toBeGreaterThan(50)
  })
})

function decodeTwice(path: string): string {
  const once = (part: string) =>
    part.replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return once(once(path))
}
