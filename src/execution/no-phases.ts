import type { AttemptEntry } from '../contract/execution.ts'

/** Of an attempt that sent nothing, or of which nothing is known. */
export const noPhases: AttemptEntry['timings'] = {
  queueMs: null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  downloadMs: null,
}
