/** What was logged, in order. */
export interface CollectedLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly details: unknown
}

/** A log that keeps what it is given. */
export function collectedLog() {
  const lines: CollectedLine[] = []
  const keepAs = (level: CollectedLine['level']) => (details: unknown) => void lines.push({ level, details })
  return { lines, log: { info: keepAs('info'), warn: keepAs('warn'), error: keepAs('error') } }
}
