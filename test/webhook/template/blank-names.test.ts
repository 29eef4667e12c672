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
    ['my.Token Name', '{{ profile["Token Name"] }}, or event, instance, flow or vars in place of profile'],
  ])('is told in one cure, with its source and its default: %s', ([token, liquid]) => {
    expect(complain(`{{${token}}}`)).toMatch(new RegExp(`${RegExp.escape(` In Liquid it is: ${liquid}`)}$`))
    // The cure is accepted.
    const [cure = ''] = liquid.split(/(?<=\}\}), or/)
    expect(complain(cure)).toBe('')
  })

  it.for([
    'profile.name upcase',
    'profile.first name and profile.b',
    'event.Total Price - 5',
    'profile.a b | nofilter',
    'profile.a is b',
  ])('is not guessed where the blank may mean something else: %s', (text) => {
    expect(complain(`{{ ${text} }}`)).not.toContain('In Liquid')
  })
})
