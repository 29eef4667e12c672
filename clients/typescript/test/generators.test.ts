import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile, folder, readFromRepository, runPackage, temporaryFolder } from './support/programs.ts'

const document = join(folder, '../../openapi/openapi.json')

/** The body of the first call of the README, as a literal of JavaScript. */
async function firstCall(): Promise<string> {
  const [, body] =
    /curl [^\n]*\/v1\/execute[\s\S]+?-d '([\s\S]+?)'\n/.exec(await readFromRepository('README.md')) ?? []
  if (body === undefined) throw new Error('the README has no call')
  return JSON.stringify(JSON.parse(body), null, 2)
}

describe("the README's first call compiles with the defaults of", () => {
  it('openapi-typescript', async () => {
    const user = await temporaryFolder()
    await runPackage('openapi-typescript/bin/cli.js', [document, '--output', join(user, 'api.ts')])
    const program = (call: string) => `import type { components, paths } from './api.js'
export const request: components['schemas']['ExecuteRequest'] = ${call}
type Execute = paths['/v1/execute']['post']
export const body: Execute['requestBody']['content']['application/json'] = request
export const branch = (reply: Execute['responses'][200]['content']['application/json']): string => reply.branch\n`

    await writeFile(join(user, 'call.ts'), program(await firstCall()))

    expect(await compile(['call.ts'], user, 'nodenext')).toBe('')
    await writeFile(join(user, 'wrong.ts'), program((await firstCall()).replace('"headers"', '"header"')))
    await expect(compile(['wrong.ts'], user, 'nodenext')).rejects.toThrow(/'"?header"?' does not exist/)
  }, 60_000)

  it('@hey-api/openapi-ts', async () => {
    const user = await temporaryFolder()
    await runPackage(
      '@hey-api/openapi-ts/bin/run.js',
      ['--input', document, '--output', join(user, 'api')],
      user,
    )
    const program = (call: string) => `import { executeNode } from './api'
export async function call(): Promise<string> {
  const { data, error } = await executeNode({ body: ${call} })
  return data === undefined ? error.code : data.branch
}\n`

    await writeFile(join(user, 'call.ts'), program(await firstCall()))

    expect(await compile(['call.ts'], user, 'preserve')).toBe('')
    await writeFile(join(user, 'wrong.ts'), program((await firstCall()).replace('"headers"', '"header"')))
    await expect(compile(['wrong.ts'], user, 'preserve')).rejects.toThrow(/'"?header"?' does not exist/)
  }, 60_000)
})
