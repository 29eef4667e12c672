import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rewriteToCondition, rewriteValue } from '../../../src/webhook/template/elsewhere/rewrite-value.ts'
import { requestNames, responseNames } from '../../../src/webhook/template/known-names.ts'
import { compileCondition, compileTemplate } from '../../../src/webhook/template/template.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { complaint, render } from '../support/nodes.ts'

const iso = 'date: "%Y-%m-%dT%H:%M:%SZ"'

const values: readonly (readonly [text: string, written: string])[] = [
  // Methods.
  ['profile.email.split("@")[1]', '{% assign found = profile.email | split: "@" %}{{ found[1] }}'],
  ['profile.email.split("@")[0]', '{{ profile.email | split: "@" | first }}'],
  ['profile.email.trim().toLowerCase()', '{{ profile.email | strip | downcase }}'],
  ['profile.tags.includes("vip")', '{{ profile.tags contains "…" }}'],
  ['profile.list.filter(i => i.ok).length', '{{ profile.list | where: "ok" | size }}'],
  ['profile.list.filter((i) => i.id === 1)', '{{ profile.list | where: "id", 1 }}'],
  ['profile.list.filter(i => i.id > 1)', '{{ profile.list | where_exp: "i", "i.id > 1" }}'],
  [
    'profile.list.find(i => i.id == 1).name',
    '{% assign found = profile.list | where: "id", 1 | first %}{{ found.name }}',
  ],
  ['profile.list.some(i => i.ok)', '{{ profile.list | has: "ok" }}'],
  ['profile.list.at(-1)', '{{ profile.list[-1] }}'],
  ['profile.address.keys()', '{% for pair in profile.address %}{{ pair[0] }},{% endfor %}'],
  ['profile.a.slice(1, 4)', '{{ profile.a | slice: 1, 3 }}'],
  ['profile.a?.b?.trim()', '{{ profile.a.b | strip }}'],
  // Functions.
  ['upper(1.name)', '{{ profile.name | upcase }}'],
  ['ifempty(1.name; "x")', '{{ profile.name | default: "…" }}'],
  ['sha256(1.body; ; profile.key)', '{{ profile.body | hmac_sha256: profile.key }}'],
  ['parseNumber(1.price; ",")', '{{ profile.price | replace: ",", "." | plus: 0 }}'],
  ['Math.round(profile.price)', '{{ profile.price | round }}'],
  ['Object.values(profile.address)', '{% for pair in profile.address %}{{ pair[1] }},{% endfor %}'],
  ['replace(trim(profile.a); ","; ".")', '{{ profile.a | strip | replace: ",", "." }}'],
  ['$ifEmpty($json.a, $json.b)', '{{ profile.a | default: profile.b }}'],
  ['lower profile.email', '{{ profile.email | downcase }}'],
  ['default "x" .name', '{{ profile.name | default: "…" }}'],
  ['profile.tags | join(", ")', '{{ profile.tags | join: ", " }}'],
  ['profile.name | default "x"', '{{ profile.name | default: "…" }}'],
  ['profile.list | map(attribute="name") | list', '{{ profile.list | map: "…" }}'],
  // Times.
  ['new Date(profile.ts * 1000).toISOString()', `{{ profile.ts | ${iso} }}`],
  ['$json.born.toDateTime().plus({ days: 1 })', `{{ profile.born | date: "%s" | plus: 86400 | ${iso} }}`],
  [
    'DateTime.now().minus({ days: 7 }).toFormat("yyyy-MM-dd")',
    '{{ "now" | date: "%s" | minus: 604800 | date: "%Y-%m-%d" }}',
  ],
  ['addDays(now; 7)', `{{ "now" | date: "%s" | plus: 604800 | ${iso} }}`],
  ['formatDate(1.date; "DD.MM.YYYY")', '{{ profile.date | date: "%d.%m.%Y" }}'],
  ['profile.born | date("Y-m-d H:i")', '{{ profile.born | date: "%Y-%m-%d %H:%M" }}'],
  // Operators.
  ['profile.name ?? "x"', '{{ profile.name | default: "…" }}'],
  ['profile.name || profile.email', '{{ profile.name | default: profile.email }}'],
  ['profile.a ? "b" : "c"', '{% if profile.a %}…{% else %}…{% endif %}'],
  [
    'profile.a > 3 && profile.b ? profile.b : "-"',
    '{% if profile.a > 3 and profile.b %}{{ profile.b }}{% else %}-{% endif %}',
  ],
  ['if(1.plan = "pro"; 1; 2)', '{% if profile.plan == "…" %}{{ 1 }}{% else %}{{ 2 }}{% endif %}'],
  ['if profile.a > 3 then 1 else 2', '{% if profile.a > 3 %}{{ 1 }}{% else %}{{ 2 }}{% endif %}'],
  ['profile.name if profile.name else ""', '{% if profile.name %}{{ profile.name }}{% endif %}'],
  ['profile.first + " " + profile.last', '{{ profile.first }} {{ profile.last }}'],
  ['profile.price * 1.19', '{{ profile.price | times: 1.19 }}'],
  [`\`a \${profile.first} \${profile.last.trim()}\``, '…{{ profile.first }} {{ profile.last | strip }}'],
  // Names of other tools.
  ['$json.body.name.trim()', '{{ profile.name | strip }}'],
  ['$("a").item.json.name.trim()', '{{ vars.name | strip }}'],
  ['$node["a"].json.name.trim()', '{{ vars.name | strip }}'],
  ['123__name.trim()', '{{ profile.name | strip }}'],
  ['1.list[2].name.trim()', '{{ profile.list[1].name | strip }}'],
]

const conditions: readonly (readonly [text: string, written: string])[] = [
  ['contains(response.body, "ok")', 'response.body contains "…"'],
  ['lower(response.body) == "ok"', '(response.body | downcase) == "…"'],
  ['response.json.list.filter(i => i.ok).length > 0', '(response.json.list | where: "ok" | size) > 0'],
  ['response.status between 200 and 299', 'response.status >= 200 and response.status <= 299'],
  ['response.json.error is not null', 'response.json.error != null'],
  ['response.json.id exists', 'response.json.id != nil'],
  ['exists(response.json.id)', 'response.json.id != nil'],
  ['isEmpty(response.json.errors)', 'response.json.errors == empty'],
  ['response.json.state == done', 'response.json.state == "done"'],
  ['response.body contains success', 'response.body contains "success"'],
  ['$.ok == true', 'response.json.ok == true'],
  ['response.json.total + 1 > 5', '(response.json.total | plus: 1) > 5'],
  ['res.body.ok && !res.body.error', 'response.json.ok and not response.json.error'],
  ['is defined(response.json.id)', 'response.json.id != nil'],
  ['response.json.id is not defined', 'response.json.id == nil'],
  ['pm.response.json().success === true', 'response.json.success == true'],
  ['pm.response.code === 201', 'response.status == 201'],
  ['pm.expect(pm.response.code).to.be.eql(201)', 'response.status == 201'],
  ['res.text().trim() == "ok"', '(response.body | strip) == "…"'],
  ['response.body.trim() == "ok"', '(response.body | strip) == "…"'],
  ['if response.status == 200', 'response.status == 200'],
]

describe('an expression of another tool, in Liquid', () => {
  it.each(values)('%s is %s', (text, written) => {
    expect(rewriteValue(text, false)?.written).toBe(written)
    expect(compileTemplate(written, 'headers', requestNames)).toMatchObject({ ok: true })
  })

  it.each(conditions)('is %s the condition %s', (text, written) => {
    expect(rewriteToCondition(text, true)).toBe(written)
    expect(compileCondition(written, responseNames)).toMatchObject({ ok: true })
  })

  it.each([
    'parseDate(1.d; "DD/MM/YYYY")',
    'replace(1.phone; "/\\D/g"; "")',
    '"%.2f" % profile.price',
    'JSON.parse(profile.a)',
    'profile.list.reduce((a, b) => a + b)',
    'profile.a.replace(/x/g, "y")',
    'profile.a + profile.b',
    '$env.KEY.trim()',
    'frobnicate(profile.a)',
    'profile.a | frobnicate',
  ])('is none for %s, which only its author can tell', (text) => {
    expect(rewriteValue(text, false)).toBeNull()
  })

  const payload = {
    profile: {
      email: 'ada@example.com',
      name: 'Ada Byron Lovelace',
      born: '1990-05-17',
      price: '19,99',
      tags: ['a', 'b'],
      list: [
        { id: 1, name: 'x', ok: true },
        { id: 2, name: 'y', ok: false },
      ],
      address: { city: 'London', zip: '1' },
    },
  }

  it.each([
    ['profile.email.split("@")[1]', 'example.com'],
    ['profile.name.split(" ").slice(1).join(" ")', 'Byron Lovelace'],
    ['profile.list.filter(i => i.ok).length', '1'],
    ['profile.list.filter(i => i.id > 1)[0].name', 'y'],
    ['profile.list.find(i => i.id == 2).name', 'y'],
    ['profile.list.some(i => i.ok)', 'true'],
    ['profile.tags.at(-1)', 'b'],
    ['profile.address.keys()', 'city,zip,'],
    ['parseNumber(1.price; ",") * 2', '39.98'],
    ['formatDate(addDays(1.born; 15); "DD.MM.YYYY")', '01.06.1990'],
    ['profile.born.toDateTime().minus({ days: 1 }).toISO()', '1990-05-16T00:00:00Z'],
    ['profile.none ?? profile.email', 'ada@example.com'],
    ['profile.price === "" || !profile.tags ? 1 : 2', '2'],
    ['profile.address?.city + " / " + profile.tags[0]', 'London / a'],
  ])('renders what its author expects: %s', (text, expected) => {
    const written = rewriteValue(text, false)?.written ?? ''
    const rendered = render({ headers: [{ name: 'X', value: written }] }, { payload })

    expect(rendered).toMatchObject({ ok: true })
    expect(rendered.ok && rendered.request.headers).toContainEqual(['X', expected])
  })

  it('stands behind the problem of a placeholder', () => {
    expect(complaint({ query: [{ name: 'q', value: '{{ profile.email.split("@")[1] }}' }] })).toMatch(
      / In Liquid it is: \{% assign found = profile\.email \| split: "@" %\}\{\{ found\[1\] \}\}$/,
    )
  })

  it('takes the place of a guess where the tool is known', () => {
    expect(complaint({ query: [{ name: 'q', value: '{{ $json.a.split("-")[2] }}' }] })).toMatch(
      /it is an expression of n8n; write \{% assign found = profile\.a \| split: "-" %\}\{\{ found\[2\] \}\}, or event/,
    )
  })

  it('shows no text that could be a credential', () => {
    const secret = 'sk_live_4eC39HqLyjWDarjtT1'
    const forms = [
      '"@" + s',
      's + profile.a',
      'profile.a.replace("x", s)',
      'if(s = 1; s; s)',
      `\`\${s}\` + s`,
    ]
    const more = [
      'profile[s].trim()',
      'formatDate(profile.a; s)',
      'profile.a.split(s)[1]',
      '$(s).item.json.a.b()',
    ]
    for (const form of [...forms, ...more])
      expect(JSON.stringify(rewriteValue(form.replaceAll(/\bs\b/g, `"${secret}"`), false))).not.toContain(
        secret,
      )
  })

  const words = fc.constantFrom(
    ...['profile', 'a', '.', '?.', '(', ')', '[', ']', '"x"', '1', '?', ':', '+', '*', '??', '||', '&&', '!'],
    ...[
      '==',
      'if',
      'else',
      'then',
      '=>',
      ',',
      ';',
      '|',
      'split',
      'now',
      '{',
      '}',
      '$json',
      '`',
      '$',
      'not',
      '-',
    ],
  )

  it('is valid, or none, whatever is written', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 14 }), (parts) => {
        for (const text of [parts.join(''), parts.join(' ')]) {
          expect(() => rewriteValue(text, false)).not.toThrow()
          expect(() => rewriteToCondition(text, true)).not.toThrow()
          expect(complaint({ query: [{ name: 'q', value: `{{ ${text} }}` }] }) ?? '').not.toMatch(
            /In Liquid it is: $/,
          )
        }
      }),
    )
  })

  it.each(['(', '!', 'a?', 'a.', '"', '[', 'if(', 'a=>', 'a|b(', '$', '`'])(
    'is found or not within milliseconds, of any number of %s',
    (part) => {
      const start = cpuMs()
      rewriteValue(part.repeat(100_000), false)
      rewriteToCondition(part.repeat(500 / part.length), true)
      rewriteValue(part.repeat(500 / part.length), false)
      expect(cpuMs() - start).toBeLessThan(100)
    },
  )
})
