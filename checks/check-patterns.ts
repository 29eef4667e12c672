import type { Diagnostics } from 'recheck'
import { type Exception, findPatterns, type Pattern, type SourceTexts } from './find-patterns.ts'
import { judgePatterns } from './judge-patterns.ts'

/** A problem, and its position. */
interface Complaint {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** The number of patterns, and their problems. */
export interface CheckedPatterns {
  readonly patterns: number
  readonly exceptions: number
  readonly complaints: readonly Complaint[]
}

/**
 * Reports every regular expression that may take more than linear time. A comment beside it that begins with
 * `recheck:` and names the bound of its input makes an exception. An expression that is composed at run time needs
 * such a comment, too, which says what it may be. A comment without such a pattern is reported.
 */
export async function checkPatterns(texts: SourceTexts): Promise<CheckedPatterns> {
  const { patterns, exceptions } = findPatterns(texts)
  const unused = new Set(exceptions)
  const complaints: Complaint[] = []
  const verdictOn = await judgePatterns(patterns.flatMap(({ regExp }) => regExp ?? []))
  for (const pattern of patterns) {
    const problem = problemOf(pattern, pattern.regExp ? verdictOn(pattern.regExp) : undefined)
    if (problem === null) continue
    // A comment applies to one pattern.
    const exception = unused.values().find((candidate) => isBeside(candidate, pattern))
    if (exception !== undefined) unused.delete(exception)
    const message = exception === undefined ? `${problem.text} ${problem.cure}` : problem.reject(exception)
    if (message !== null) complaints.push({ ...locate(pattern), message })
  }
  for (const exception of unused)
    complaints.push({
      ...locate(exception),
      message: 'No pattern beside this comment needs an exception. Remove it.',
    })
  return { patterns: patterns.length, exceptions: exceptions.length, complaints }
}

function isBeside({ file, patternLine }: Exception, pattern: Pattern): boolean {
  return file === pattern.file && patternLine === pattern.line
}

function locate({ file, line }: Pattern | Exception): Pick<Complaint, 'file' | 'line'> {
  return { file, line }
}

interface Problem {
  readonly text: string
  readonly cure: string
  /** Why an exception is not accepted, or null. */
  reject(exception: Exception): string | null
}

function problemOf({ text }: Pattern, verdict: Diagnostics | undefined): Problem | null {
  if (verdict === undefined) return computed(text)
  return verdict.status === 'safe' ? null : superLinear(text, describe(verdict))
}

function describe(verdict: Exclude<Diagnostics, { status: 'safe' }>): string {
  if (verdict.status === 'unknown')
    return `cannot be judged: ${'message' in verdict.error ? verdict.error.message : verdict.error.kind}.`
  return `takes more than linear time (${verdict.complexity.summary}), for example on ${verdict.attack.pattern}.`
}

function superLinear(text: string, verdict: string): Problem {
  return {
    text: `${text} ${verdict}`,
    cure: 'Replace it, or write the bound of its input beside it: // recheck: at most 24 characters',
    reject: ({ reason }) =>
      /\bat most \d[\d,]* \w/.test(reason)
        ? null
        : `The comment beside ${text} names no bound. Write for example: // recheck: at most 24 characters`,
  }
}

function computed(text: string): Problem {
  return {
    text: `${text} is composed at run time and cannot be judged.`,
    cure: 'Compose it from constants, or write beside it what it may be: // recheck: one of the patterns in …',
    reject: ({ reason }) => (reason === '' ? `The comment beside ${text} says nothing.` : null),
  }
}
