/** A power of two; four bytes each. */
const slots = 4_096

/**
 * Tells a text that came before from a new one, in 16 KiB whatever comes. Texts whose hashes share a slot displace each other,
 * and two of some four billion share a hash: a text may pass for new or for known by mistake.
 */
export class Sightings {
  readonly #hashes = new Int32Array(slots)

  /** Whether the text came before, as far as that is remembered. Remembers that it came now. */
  note(text: string): boolean {
    const hash = hashText(text)
    const slot = hash & (slots - 1)
    const cameBefore = this.#hashes[slot] === hash
    this.#hashes[slot] = hash
    return cameBefore
  }
}

/** FNV-1a, of units of UTF-16 in place of bytes. 0 is a slot that is free, so no text has it. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash | 0 || 1
}
