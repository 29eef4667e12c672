// @ts-check
import { useLayoutEffect, useRef } from './vendor/standalone.module.js'

/**
 * Keeps the focus in a group of rows, each of class `row`: a new row gets it, and where one is removed, the next.
 * @param {number} count How many rows there are.
 */
export function useRowFocus(count) {
  const group = useRef(/** @type {HTMLElement | null} */ (null))
  const due = useRef(/** @type {{ at: number, what: 'input' | 'button' } | null} */ (null))
  useLayoutEffect(() => {
    if (due.current === null) return
    const { at, what } = due.current
    due.current = null
    const rows = [...(group.current?.querySelectorAll('.row') ?? [])]
    // Without a row only the button that adds one is left.
    const target = rows[Math.min(at, rows.length - 1)] ?? group.current
    /** @type {HTMLElement | null | undefined} */
    const control = target?.querySelector(what)
    control?.focus()
  }, [count])
  return {
    group,
    focusNew: () => {
      due.current = { at: count, what: 'input' }
    },
    /** @param {number} at */
    focusBeside: (at) => {
      due.current = { at, what: 'button' }
    },
  }
}
