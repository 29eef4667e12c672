import { describe, expect, it } from 'vitest'
import { requestNames, responseNames } from '../../../src/webhook/template/known-names.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'

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
    ['{{ IF(profile.a > 3; "a"; "b") }}', '{% if profile.score > 50 %}'],
    ['{{ parseDate(profile.a; "YYYY") }}', '| date: "%Y-%m-%d"'],
    ['{{ frobnicate(profile.a) }}', 'only filters behind a value; docs/values.md lists them'],
    ['{{ profile.a | format: "0.00" }}', 'write round: 2'],
    ['{{ profile.a | format: "YYYY" }}', 'write date: "%Y-%m-%d"'],
    ['{{ profile.a | lookup: "b" }}', 'write the name behind a dot'],
    ['{{ profile.a | b64enc }}', 'write base64_encode'],
    ['{{ profile.a | regex_replace: "a", "b" }}', 'there are no regular expressions'],
    ['{{ profile.a | date: "DD.MM.YYYY" }}', 'write date: "%d.%m.%Y"'],
    ['{{ profile.a | date: "YYYY-MM-DDTHH:mm:ss" }}', 'write date: "%Y-%m-%dT%H:%M:%S"'],
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
