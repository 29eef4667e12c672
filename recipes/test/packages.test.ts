import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import lock from '../package-lock.json' with { type: 'json' }

it('the engines have exact versions, which the pages name, and come from any registry', async () => {
  for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(Object.values<object>(lock.packages).filter((entry) => 'resolved' in entry)).toEqual([])
  for (const engine of ['node-red', 'bpmn-engine'] as const) {
    const page = await readFile(join(import.meta.dirname, '..', engine, 'README.md'), 'utf8')
    expect(page).toContain(` ${manifest.devDependencies[engine]}.`)
  }
})

it('the commands of the pages name runs of their own, so that they can be followed in a row', async () => {
  const instances = await Promise.all(
    ['curl', 'node', 'bpmn-engine'].map(async (recipe) => {
      const page = await readFile(join(import.meta.dirname, '..', recipe, 'README.md'), 'utf8')
      return /(?:flow\.sh|flow\.ts|run\.js) ([\w-]+)`/.exec(page)?.[1]
    }),
  )

  expect(instances).not.toContain(undefined)
  expect(new Set(instances).size).toBe(instances.length)
})
