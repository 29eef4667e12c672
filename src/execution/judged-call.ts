import type { JudgedCall } from '../webhook/decide.ts'
import type { RenderedRequest } from '../webhook/render.ts'
import type { RedirectFollower } from './redirect-follower.ts'

/**
 * The request, as an explanation of its response sees it. `findFollower`: where redirects are followed, the last request of the
 * call is meant.
 */
export function describeCall(
  rendered: RenderedRequest,
  findFollower: () => RedirectFollower | null = () => null,
): JudgedCall {
  const { warnings, leftOut } = rendered
  if (!rendered.ok || rendered.redirects === null)
    return { request: rendered.ok ? rendered.request : null, warnings, leftOut, now: currentDate }
  return {
    warnings,
    leftOut,
    now: currentDate,
    get request() {
      return findFollower()?.hop.request ?? rendered.request
    },
    get redirectedTo() {
      return findFollower()?.redirectedTo ?? null
    },
  }
}

const currentDate = () => new Date()
