import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../../src/webhook/template/template.ts'

/** The complaint about a template of a request. */
function complain(text: string): string {
  const compiled = compileTemplate(text, 'query')
  return compiled.ok ? '' : compiled.problem
}

describe('a name with blanks', () => {
  it.for<[token: string, liquid: string]>([
    ['lead.Email Address:default=none', '{{ profile["Email Address"] | default: "none" }}'],
    ['lead.Email Address', '{{ profile["Email Address"] }}'],
    ['profile.first name', '{{ profile["first name"] }}'],
    ['profile.address.Street Name | upcase', '{{ profile.address["Street Name"] | upcase }}'],
    ['contact.First Name | default: "s3cr3t"', '{{ profile["First Name"] | default: "…" }}'],
    ['lead.FirstName:default=', '{{ profile.FirstName | default: "" }}'],
    ['event.Größe 2: default = 5', '{{ event["Größe 2"] | default: "5" }}'],
    ['First Name', '{{ profile["First Name"] }}, or event, instance, flow or vars in place of profile'],
    ['my.Token Name', '{{ profile["Token Name"] }}, or event, instance, flow or vars in place of profile'],
  ])('is told in one cure, with its source and its default: %s', ([token, liquid]) => {
    expect(complain(`{{${token}}}`)).toMatch(new RegExp(`${RegExp.escape(` In Liquid it is: ${liquid}`)}$`))
    // The cure is accepted.
    const [cure = ''] = liquid.split(/(?<=\}\}), or/)
    expect(complain(cure)).toBe('')
  })

  it.for([
    'profile.name upcase',
    'name upcase',
    'if active',
    'Else If x',
    'secrets.api key',
    'profile.first name and profile.b',
    'event.Total Price - 5',
    'profile.a b | nofilter',
    'profile.a is b',
  ])('is not guessed where the blank may mean something else: %s', (text) => {
    expect(complain(`{{ ${text} }}`)).not.toContain('In Liquid')
  })
})

describe('a secret', () => {
  it.for<[template: string, problem: string]>([
    [
      '{{ secrets.api-key }}',
      'has a dash. The name of a secret has letters, digits and "_": write "_" for "-"',
    ],
    [
      '{{ secrets.api key }}',
      'has a blank. The name of a secret has letters, digits and "_": write "_" for " "',
    ],
    ['{{ secrets.my api key }}', 'has a blank'],
    ['{{ secrets.a when }}', 'has a blank'],
    ['{{ secrets.a + "b" }}', 'uses a secret as a variable'],
    ['{% if secrets.a && profile.b %}x{% endif %}', 'uses a secret as a variable'],
    ['{% if secrets.a %}x{% endif %}', 'uses a secret as a variable'],
  ])('is never told to be an attribute of the payload: %s', ([template, problem]) => {
    expect(complain(template)).toContain(problem)
    expect(complain(template)).not.toMatch(/In Liquid|profile\[|profile\.secrets/)
  })
})
