import { LRUCache } from 'lru-cache'
import type { KnownNames } from './known-names.ts'
import type { Compiled } from './template.ts'

/** Longer texts are few, and seldom the same again. */
const maxTextLength = 1_024

/** Characters of all texts: about 6 MB compiled. */
const maxCharacters = 65_536

type Compile<T> = (text: string, names: KnownNames) => Compiled<T>

/**
 * Compiles each text once, as long as it is among those that were used last: an engine that renders sends another node each
 * time, with the same conditions and captures. For texts that cannot contain a secret, since a client that has a known text compiled
 * could tell by the time. `names` are compared as objects.
 */
export function onceForEachText<T>(compile: Compile<T>): Compile<T> {
  const known = new WeakMap<KnownNames, LRUCache<string, Compiled<T>>>()
  return (text, names) => {
    if (text.length > maxTextLength) return compile(text, names)
    const texts = known.get(names) ?? new LRUCache({ maxSize: maxCharacters })
    known.set(names, texts)
    const compiled = texts.get(text) ?? compile(text, names)
    if (compiled.ok) texts.set(text, compiled, { size: Math.max(1, text.length) })
    return compiled
  }
}
