import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import replies from '../../../openapi/replies.json' with { type: 'json' }
import service from '../../../package.json' with { type: 'json' }
import manifest from '../package.json' with { type: 'json' }
import lock from '../package-lock.json' with { type: 'json' }
import {
  compile,
  folder,
  readFromRepository,
  runPackage,
  runProgram,
  temporaryFolder,
} from './support/programs.ts'
import { json, server } from './support/server.ts'

const document = join(folder, '../../openapi/openapi.json')

describe('the generated types', () => {
  it('are those of the OpenAPI document; `npm run generate` in clients/typescript writes them', async () => {
    const generated = await runPackage('openapi-typescript/bin/cli.js', [document])

    expect(await readFile(join(folder, 'src/openapi.ts'), 'utf8')).toBe(generated)
  })
})

describe('the package', () => {
  it('has the version and the licence of the service, and needs no other package', async () => {
    expect(manifest.version).toBe(service.version)
    expect(lock.version).toBe(service.version)
    expect(manifest.license).toBe(service.license)
    expect(await readFile(join(folder, 'LICENSE'), 'utf8')).toBe(await readFromRepository('LICENSE'))
    expect(Object.keys(manifest).filter((name) => name.endsWith('ependencies'))).toEqual(['devDependencies'])
  })

  it('has what it needs and nothing else, and works where it is installed', async () => {
    const user = await temporaryFolder()
    const packed = JSON.parse(
      await runProgram('npm', ['pack', '--silent', '--json', '--pack-destination', user]),
    )
    const { filename, files } = one<Packed>(packed)

    expect(files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'))).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ])
    const built = files.map(({ path }) => path).filter((path) => path.startsWith('dist/'))
    expect(built).toContain('dist/index.js')
    expect(built).toContain('dist/cjs/index.js')
    for (const path of built)
      expect(path).toMatch(/^dist\/(?:cjs\/package\.json|(?:cjs\/)?[a-z]+\.(?:js|d\.ts))$/)

    await runProgram('tar', ['xzf', filename], user)
    await mkdir(join(user, 'node_modules'))
    await rename(join(user, 'package'), join(user, 'node_modules', manifest.name))
    const [, example = ''] =
      /```ts\n([\s\S]+?)```/.exec(await readFile(join(folder, 'README.md'), 'utf8')) ?? []
    await writeFile(join(user, 'package.json'), '{"type":"module"}')
    await writeFile(join(user, 'example.ts'), example)
    const careful = ['--exactOptionalPropertyTypes']
    await compile(['example.ts'], user, 'nodenext', careful)
    await compile(['example.ts'], user, 'preserve', careful)
    await writeFile(join(user, 'required.cts'), required)
    await compile(['required.cts'], user, 'node16', careful)
    await compile(['required.cts'], user, 'commonjs', careful)
    const print = `console.log(typeof require('${manifest.name}').createClient)`
    const withoutModules = ['--no-experimental-require-module', '--input-type=commonjs', '--eval', print]
    expect(await runProgram(process.execPath, withoutModules, user)).toBe('function\n')
    const { url } = await server(json(200, replies.executeNode.expectation_met.value))
    await writeFile(join(user, 'call.ts'), example.replace('http://127.0.0.1:3000', url))
    expect(await runProgram(process.execPath, ['call.ts'], user)).toBe('follow yes null\n')
  }, 120_000)

  it('refuses what the service would refuse for its form', async () => {
    const user = await temporaryFolder()
    const program = (
      request: string,
    ) => `import type { ExecuteRequest } from '${join(folder, 'src/index.ts')}'
export const request: ExecuteRequest = ${request}\n`
    const check = async (request: string) => {
      await writeFile(join(user, 'request.ts'), program(request))
      return runPackage(
        'typescript/bin/tsc',
        [
          '--noEmit',
          '--strict',
          '--allowImportingTsExtensions',
          '--module',
          'nodenext',
          '--lib',
          'es2022,dom',
          'request.ts',
        ],
        user,
      )
    }

    await expect(check(`{ node: { method: 'GET', url: 'https://a.example/' } }`)).resolves.toBe('')
    await expect(check(`{ node: { method: 'GET', url: 'https://a.example/', timeout: 1 } }`)).rejects.toThrow(
      'timeout',
    )
    const withField = (field: string) =>
      `{ node: { method: 'GET', url: 'https://a.example/', query: [${field}], body: { structure: 'simple', fields: [${field}] } } }`
    await expect(check(withField(`{ name: 'a', source: 'profile', field: 'b' }`))).resolves.toBe('')
    await expect(
      check(withField(`{ name: 'a', value: 'x', source: 'profile', field: 'b' }`)),
    ).rejects.toThrow('TS2322')
    await expect(check(`{ node: { method: 'HEAD', url: 'https://a.example/' } }`)).rejects.toThrow('HEAD')
  }, 120_000)
})

/** CommonJS, and settings that may be undefined. */
const required = `import client = require('webhook-node-client')
const options: client.ClientOptions = {
  baseUrl: new URL('http://127.0.0.1:3000'),
  apiKey: undefined,
  attempts: undefined,
  fetch,
}
client.createClient(options)
`

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** npm prints a list or, since version 12, an object by package. */
function one<T>(packed: Readonly<Record<string, T>> | readonly T[]): T {
  const [found] = Object.values(packed)
  if (found === undefined) throw new Error('npm packed nothing')
  return found
}
