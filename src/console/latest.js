// @ts-check

/**
 * @typedef {{ path: string, message: string }} FieldError
 * @typedef {{ status: number, code: string | null, title: string, detail: string, errors: FieldError[] }} Problem `status` is 0 if
 *   no reply came.
 * @typedef {{ ok: true, value: any } | { ok: false, problem: Problem } | { ok: null }} Answer `ok` is null if the call was given up.
 *
 * What a view shows of a call that it repeats: the latest value, and what has gone wrong since.
 * @typedef {{ value: any, at: number, problem: Problem | null }} Latest `value` is null until one came; `at` is
 *   when it came, in ms since 1970.
 */

/** @type {Latest} */
export const nothingYet = { value: null, at: 0, problem: null }

/**
 * A value stays while the service cannot be reached or has no room, and goes where the service refuses.
 * @param {Latest} before @param {Answer} answer @param {number} now @returns {Latest}
 */
export function takeAnswer(before, answer, now) {
  if (answer.ok === null) return before
  if (answer.ok) return { value: answer.value, at: now, problem: null }
  return { ...(isPassing(answer.problem) ? before : nothingYet), problem: answer.problem }
}

/**
 * Whether a problem may be gone the next time: the service cannot be reached, or has no room.
 * @param {Problem} problem
 */
export function isPassing({ status }) {
  return status === 0 || status === 429 || (status >= 500 && status !== 501)
}
