import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '../src')
/** What the service runs. The console runs in browsers. */
const files = globSync('**/*.{ts,cjs}', { cwd: src, exclude: ['console/**'] })

/** Lowest first: a file imports from its own floor and from those below it. */
const floors = [
  /^contract\//,
  /^webhook\//,
  /^(?:egress|secrets|connections|tracing)\//,
  /^execution\//,
  /^durability\//,
  /^(?:statistics|metrics|logging)\//,
  /^http\//,
  /^settings\//,
  /^(?:service|main|healthcheck|warm-up|collect-garbage)\.ts$/,
]
const findFloor = (file: string) => floors.findIndex((floor) => floor.test(file))

const readSource = (file: string) => readFileSync(join(src, file), 'utf8')
const listImports = (file: string) =>
  [...readSource(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap(
    ([, specifier]) => specifier ?? [],
  )
const listOwnImports = (file: string) =>
  listImports(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)))
    .filter((target) => target !== '../package.json')
const listPackages = (file: string) => listImports(file).filter((specifier) => !specifier.startsWith('.'))

const packagesOnFloor = (floor: number) =>
  [...new Set(files.filter((file) => findFloor(file) === floor).flatMap(listPackages))].sort()

describe('imports', () => {
  it.each(files)('of %s point down', (file) => {
    expect(findFloor(file), `${file} has no floor`).toBeGreaterThanOrEqual(0)
    for (const target of listOwnImports(file)) {
      expect(files, `${file} imports ${target}`).toContain(target)
      expect(findFloor(target), `${file} imports ${target}`).toBeLessThanOrEqual(findFloor(file))
    }
  })

  it('of folders go round in no circle', () => {
    const folders = new Map(files.map((file) => [dirname(file), new Set<string>()]))
    for (const file of files)
      for (const target of listOwnImports(file)) folders.get(dirname(file))?.add(dirname(target))

    const isReachable = (from: string, to: string, seen = new Set<string>()): boolean =>
      [...(folders.get(from) ?? [])].some((next) => {
        if (next === from || seen.has(next)) return false
        seen.add(next)
        return next === to || isReachable(next, to, seen)
      })
    expect([...folders.keys()].filter((folder) => isReachable(folder, folder))).toEqual([])
  })

  it('of the contract are typebox only', () => {
    expect(packagesOnFloor(0)).toEqual(['typebox'])
  })

  it('of the webhook folder are liquidjs, iconv-lite and lru-cache, and nothing that does I/O', () => {
    expect(packagesOnFloor(1)).toEqual(['iconv-lite', 'liquidjs', 'lru-cache'])
  })

  it('of packages that open connections are in the egress folder only', () => {
    const dialling = files.filter((file) =>
      valuesNamedBy(file).some((name) =>
        /^(?:undici|node:(?:net|tls|https?|http2|dns|dgram))(?:\/|$)/.test(name),
      ),
    )

    // The health check asks the service itself, settings know what an address is, and the shutdown closes the listener.
    expect(
      dialling.filter(
        (file) =>
          !file.startsWith('egress/') &&
          !/^(?:healthcheck|settings\/|http\/hooks\/graceful-shutdown)/.test(file),
      ),
    ).toEqual([])
  })

  it('of packages that deliver spans are in one file, which is loaded where there is a collector only', () => {
    const delivering = files.filter((file) =>
      valuesNamedBy(file).some((name) => /^@opentelemetry\/|otlp-exporter\.ts$/.test(name)),
    )

    expect(delivering).toEqual(['tracing/otlp-exporter.ts'])
  })

  it('of the store lead to the contract only', () => {
    const inStore = files.filter((file) => /^durability\/(?:store|sqlite|postgres)\//.test(file))
    const outside = inStore.flatMap(listOwnImports).filter((target) => !target.startsWith('durability/'))

    expect(inStore).not.toEqual([])
    expect([...new Set(outside)]).toEqual(['contract/failure.ts'])
  })

  it('of a database are in a folder for each, which is loaded where there is a store only', () => {
    const storing = files.filter((file) =>
      valuesNamedBy(file).some((name) => /^(?:node:sqlite|pg)$|\/(?:sqlite|postgres)\//.test(name)),
    )

    expect(storing.filter((file) => !/^durability\/(?:sqlite|postgres)\//.test(file))).toEqual([])
  })

  it.each(files)('of %s go round in no circle', (file) => {
    expect(circleFrom(file)).toBeNull()
  })
})

describe('the console', () => {
  const modules = globSync('console/*.js', { cwd: src })

  it.each(modules)('loads with %s nothing but its own files and those of two packages', (file) => {
    const vendored = ['console/vendor/standalone.module.js', 'console/vendor/uPlot.esm.js']

    for (const name of valuesNamedBy(file)) expect(name).toMatch(/^\.\//)
    for (const target of valuesImportedBy(file)) expect([...modules, ...vendored]).toContain(target)
  })

  it.each(modules)('writes with %s text, never HTML', (file) => {
    expect(readSource(file)).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/,
    )
  })
})

describe('the environment', () => {
  it('is read by settings and main only', () => {
    const readers = files.filter((file) => /process\s*\.\s*env|process\['env'\]/.test(readSource(file)))

    for (const file of readers)
      expect(['settings/settings.ts', 'main.ts', 'healthcheck.ts', 'warm-up.ts']).toContain(file)
  })
})

/** A chain of imports that leads from a file back to itself; types cost nothing and may. */
function circleFrom(start: string): string[] | null {
  const search = (file: string, path: readonly string[]): string[] | null => {
    for (const target of valuesImportedBy(file)) {
      if (target === start) return [...path, file, start]
      if (seen.has(target)) continue
      seen.add(target)
      const circle = search(target, [...path, file])
      if (circle !== null) return circle
    }
    return null
  }
  const seen = new Set<string>()
  return search(start, [])
}

function valuesImportedBy(file: string): string[] {
  return valuesNamedBy(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)))
}

function valuesNamedBy(file: string): string[] {
  return [...readSource(file).matchAll(/^import (?!type )[^']*'([^']+)'/gm)].map(
    ([, specifier = '']) => specifier,
  )
}
