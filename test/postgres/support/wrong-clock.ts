/** Loaded before the service: the clock of its machine is ten minutes ahead. */
const aheadMs = 600_000

const right = Date
class WrongDate extends right {
  constructor(...given: ConstructorParameters<typeof Date> | []) {
    if (given.length === 0) super(right.now() + aheadMs)
    else super(...(given as [number]))
  }

  static override now(): number {
    return right.now() + aheadMs
  }
}

globalThis.Date = WrongDate as DateConstructor
