import { expect, it } from 'vitest'
import { messagesAbout } from '../../src/secrets/watch-value.ts'
import { read } from './support/pages.ts'

it.each([
  ['secrets', 'docs/alerts.md'],
  ['connections', 'docs/alerts.md'],
  ['limits', 'docs/alerts.md'],
  ['callbacks', 'docs/alerts.md'],
  ['clients', 'docs/security.md'],
])('the line about %s that are not valid stands in %s as it is logged', (names, page) => {
  const [line] = messagesAbout(names).refused.split(';')

  expect(read(page)).toContain(`\`${line}\``)
})
