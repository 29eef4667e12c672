/**
 * The little of the package `reflect-metadata` that `@peculiar/x509` needs: its container reads back what its
 * decorators wrote, and TypeScript's own `design:*` metadata is absent there. Import it before that package.
 */
const written = new WeakMap<object, Map<unknown, unknown>>()

Object.assign(Reflect, {
  defineMetadata(key: unknown, value: unknown, target: object) {
    const entries = written.get(target) ?? new Map<unknown, unknown>()
    written.set(target, entries.set(key, value))
  },
  getMetadata: (key: unknown, target: object) => written.get(target)?.get(key),
  getOwnMetadata: (key: unknown, target: object) => written.get(target)?.get(key),
})
