import { expect, it } from 'vitest'
import manifest from '../../../node_modules/liquidjs/package.json' with { type: 'json' }
import { patchedVersion } from '../../../src/webhook/template/liquid-patches.ts'

it('the patches of LiquidJS are read again before its version changes', () => {
  expect(manifest.version, 'read src/webhook/template/liquid-patches.ts').toBe(patchedVersion)
})
