/** A power of two, for the mask below. Four bytes each: 16 KiB. */
const slots = 4_096

/**
 * Recognises texts that came before, in constant memory. Texts whose hashes share a slot displace each other, and two
 * texts may have the same hash of 32 bits: a text may be taken for new or for known by mistake.
 */
export class Sightings {
  readonly #hashes = new Int32Array(slots)

  /** Returns whether the text is remembered, and remembers it. */
  note(text: string): boolean {
    const hash = hashText(text)
    const slot = hash & (slots - 1)
    const cameBefore = this.#hashes[slot] === hash
    this.#hashes[slot] = hash
    return cameBefore
  }
}

/** FNV-1a over UTF-16 code units. Never 0, which marks a free slot. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash | 0 || 1
}
