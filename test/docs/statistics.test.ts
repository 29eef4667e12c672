import { expect, it } from 'vitest'
import { executeExamples } from '../../openapi/examples.ts'
import { maxCaseNames } from '../../src/statistics/case-counter.ts'
import { keptCharacters } from '../../src/statistics/node-history.ts'
import { maxHistories } from '../../src/statistics/statistics.ts'
import { curlBody, serviceOfTheDemo, steady } from './support/demo.ts'
import { codeBlocks } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/statistics.md')

it('docs/statistics.md shows the statistics of a node, where its curl finds them', async () => {
  const { execute, request } = await serviceOfTheDemo()
  await execute(curlBody())
  await execute(JSON.stringify(executeExamples.unexpected_status.value))
  const [command = ''] = codeBlocks(page, '')
  const [, path = ''] = /^curl http:\/\/[^/]+(\S+) /.exec(command) ?? []

  const { body } = await request(path)

  const [printed = ''] = codeBlocks(page, 'json')
  expect(steady(JSON.stringify(body))).toBe(steady(printed))
  expect(page).toContain(executeExamples.unexpected_status.summary)
  expect(page).toContain(`the first ${maxCaseNames} different names`)
  const { message, hint, path: longestPath } = keptCharacters
  expect(page).toContain(`At most ${message}, ${hint} and ${longestPath} characters`)
  expect(page).toContain(`the ${maxHistories.toLocaleString('en-US')} pairs of node and tenant`)
})
