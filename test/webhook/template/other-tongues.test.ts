import { describe, expect, it } from 'vitest'
import { requestNames, responseNames } from '../../../src/webhook/template/known-names.ts'
import { compileCondition, compileTemplate } from '../../../src/webhook/template/template.ts'

function problemOf(text: string, names = requestNames): string {
  const compiled = compileTemplate(text, 'headers', names)
  return compiled.ok ? '' : compiled.problem
}

describe('a placeholder that is not Liquid', () => {
  it.each([
    ['{{ profile.score - 1 }}', 'write a | minus: b'],
    ['{{ profile.a - profile.b }}', 'write a | minus: b'],
    ['{{ profile.a -profile.b }}', 'write a | minus: b'],
    ['{{ profile.a & "x" }}', 'a | append: b'],
    ['{{ profile.a . "x" }}', 'a | append: b'],
    ['{{ profile.a, profile.b }}', 'write one placeholder for each value'],
    ['{{ profile.{{ event.form }} }}', 'profile[event.name]'],
    ['{% if profile.a }}x{% endif %}', 'a tag with "%}"'],
    ['{{ profile.a &#124; upcase }}', 'write each character itself'],
    ['{{ profile.tags.[0] }}', '(leave out the point before the bracket)'],
    ['{{ profile.a | default: "x }}', 'a quote is not closed'],
    ["{{ 'profile.a }}", 'a quote is not closed'],
    ['{{ profile.a | default: \\"x\\" }}', 'without backslashes'],
    ['{% capture %}x{% endcapture %}', 'as in {% capture name %}'],
    ['{{ IF(profile.a > 3; "a"; "b") }}', 'write {% if profile.a > 3 %}…{% else %}…{% endif %}.'],
    ['{{ parseDate(profile.a; "YYYY") }}', '| date: "%Y-%m-%d"'],
    ['{{ frobnicate(profile.a) }}', 'only filters behind a value; docs/values.md lists them'],
    ['{{ profile.a | format: "0.00" }}', 'write round: 2'],
    ['{{ profile.a | format: "YYYY" }}', 'write date: "%Y-%m-%d"'],
    ['{{ profile.a | lookup: "b" }}', 'write the name behind a dot'],
    ['{{ profile.a | b64enc }}', 'write base64_encode'],
    ['{{ profile.a | regex_replace: "a", "b" }}', 'there are no regular expressions'],
    ['{{ profile.a | date: "DD.MM.YYYY" }}', 'write date: "%d.%m.%Y"'],
    ['{{ profile.a | date: "YYYY-MM-DDTHH:mm:ss" }}', 'write date: "%Y-%m-%dT%H:%M:%S"'],
    ['{{ profile.first_name capitalize }}', 'a filter stands behind a bar: write | capitalize'],
    ['{{ secrets.crm.token }}', 'A secret is one value under one name'],
    ['{{ secrets["a b"] }}', 'A secret is one value under one name'],
    ['{{ secrets.a | base64_encode }}', 'write "auth": { "type": "basic"'],
    ['{{ execution_id }}', 'Did you mean "execution.id"?'],
    ['{{ executionId }}', 'Did you mean "execution.id"?'],
    ['{{ idempotencyKey }}', 'Did you mean "execution.idempotencyKey"?'],
    ['{{ correlation_id }}', 'Did you mean "execution.correlationId"?'],
    ['{{ tenant }}', 'Did you mean "execution.tenant"?'],
    ['{{ node_id }}', 'Did you mean "node.id"?'],
    ['{{ instance_id }}', 'Did you mean "instance.id"?'],
    ['{{ profile_email }}', 'Did you mean "profile.email"?'],
    ['{{ form.email }}', 'Did you mean "event.email"?'],
  ])('is refused with what it is here: %s', (text, advice) => {
    expect(problemOf(text)).toContain(advice)
  })

  it.each([
    ['{{ res.status }}', 'Did you mean "response.status"?'],
    ['{{ resp.data.id }}', 'Did you mean "response.json.id"?'],
    ['{{ response.headers.contentType }}', 'Did you mean "response.headers.content-type"?'],
    ['{{ response.headers.Content-Type }}', 'Did you mean "response.headers.content-type"?'],
  ])('is refused with the part of the response: %s', (text, advice) => {
    expect(problemOf(text, responseNames)).toContain(advice)
  })
})

describe('a condition of another language', () => {
  it.each([
    ['response.status === 200 && !response.json.error', 'response.status == 200 and not response.json.error'],
    ['!(response.status == 500)', 'not (response.status == 500)'],
    ['response.json.a !=== 1', 'response.json.a != 1'],
    ['response.status <> 500', 'response.status != 500'],
    ['={{ $json.ok === true }}', 'response.json.ok == true'],
    ['{{ $response.statusCode < 400 && $response.body.ok }}', 'response.status < 400 and response.json.ok'],
    ['status = 200 and body.ok = true', 'response.status == 200 and response.json.ok == true'],
    ['return response.status === 200;', 'response.status == 200'],
    ['response.status in [200, 201]', 'response.status == 200 or response.status == 201'],
    ['response.json.a == 1 ? true : false', 'response.json.a == 1'],
    ['pm.response.code === 200', 'response.status == 200'],
    ['res.data.items.length > 0', 'response.json.items.size > 0'],
    [
      'response.json.id != undefined AND response.json.ok == TRUE',
      'response.json.id != nil and response.json.ok == true',
    ],
    ['response.json.name == \u201cx\u201d', 'response.json.name == "…"'],
    [
      'response.body.includes("s3cr3t") && res.ok',
      'response.body contains "…" and (response.status >= 200 and response.status < 300)',
    ],
    [
      "response.json.s === 'a or b' || response.json.s === 's3cr3t' && response.json.n > 1",
      'response.json.s == "…" or (response.json.s == "…" and response.json.n > 1)',
    ],
  ])('is refused with the whole of it in Liquid: %s', (text, meant) => {
    const compiled = compileCondition(text, responseNames)
    const problem = compiled.ok ? '' : compiled.problem

    expect(problem.split(' In Liquid it is: ')[1]).toBe(meant)
    expect(problem).not.toContain('s3cr3t')
    expect(compileCondition(meant, responseNames).ok).toBe(true)
  })

  it.each([
    ['profile.a && !profile.b', 'profile.a and not profile.b'],
    ['$json.plan === "pro"', 'profile.plan == "…"'],
  ])('is refused in a field, too: %s', (text, meant) => {
    const compiled = compileCondition(text, requestNames)

    expect(compiled.ok ? '' : compiled.problem).toContain(` In Liquid it is: ${meant}`)
    expect(problemOf(`{% if ${text} %}x{% endif %}`)).toContain(meant.replace('profile.plan', ''))
  })

  it.each([
    'response.status ==',
    `response.json.${'a'.repeat(90)} in (${Array(59).fill(1)}) && 1`,
    'frobnicate(response)',
    'a === b',
    `response.json.ok === ${' '.repeat(100_000)}1`,
  ])('is refused without one where none is found: %s', (text) => {
    const compiled = compileCondition(text, responseNames)

    expect(compiled.ok).toBe(false)
    expect(compiled.ok ? '' : compiled.problem).not.toContain('In Liquid it is')
  })
})
