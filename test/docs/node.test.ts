import { expect, it } from 'vitest'
import { curlBody, serviceOfTheDemo, steady } from './support/demo.ts'
import { codeBlocks, section } from './support/markdown.ts'
import { read } from './support/pages.ts'

it('docs/node.md shows the whole reply to the curl of the README', async () => {
  const { execute } = await serviceOfTheDemo()

  const reply = await execute(curlBody())

  const [printed = ''] = codeBlocks(section(read('docs/node.md'), 'The reply'), 'json')
  expect(steady(reply)).toBe(steady(printed))
})
