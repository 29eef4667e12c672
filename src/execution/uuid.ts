import { randomFillSync } from 'node:crypto'

// Those of Node.js consist of twenty pieces each (docs/decisions/performance.md).

/** A random UUID, version 4 of RFC 9562. The text is in one piece. */
export function createUuid(): string {
  return writeUuid(takeRandom(), 0x40)
}

/** A UUID that begins with the time, version 7 of RFC 9562. The text is in one piece. */
export function createTimedUuid(): string {
  const at = takeRandom()
  random.writeUIntBE(Date.now(), at, 6)
  return writeUuid(at, 0x70)
}

const bytesPerId = 16

/** One system call fills it for 256 ids. */
const random = Buffer.alloc(4_096)
let used = random.length

/** The place of 16 random bytes in the buffer. No other id has them. */
function takeRandom(): number {
  if (used === random.length) {
    randomFillSync(random)
    used = 0
  }
  used += bytesPerId
  return used - bytesPerId
}

/** The id as ASCII, with its four hyphens. */
const text = Buffer.alloc(36, '-')
const digits = Buffer.from('0123456789abcdef')

function writeUuid(at: number, version: number): string {
  random[at + 6] = (random.readUInt8(at + 6) & 0x0f) | version
  random[at + 8] = (random.readUInt8(at + 8) & 0x3f) | 0x80
  let to = 0
  for (let index = 0; index < bytesPerId; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) to += 1
    const byte = random[at + index] as number // the buffer is long enough
    text[to++] = digits[byte >> 4] as number
    text[to++] = digits[byte & 0x0f] as number
  }
  return text.toString('latin1')
}
