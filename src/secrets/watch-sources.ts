import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretSources } from './read-secrets.ts'
import { describeSystemError } from './read-text.ts'
import { isSecretFile } from './secrets-directory.ts'

/** Looks at files until it is closed. */
export interface Watcher {
  close(): void
}

/** Where sources are; null where there is none. */
export type SourcePlaces = Pick<SecretSources, 'directory' | 'file'>

/** What a watcher does. */
export interface WatcherOptions<Found> {
  readonly intervalMs: number
  readonly read: () => Found
  /** Takes what was read. The marks tell one state of the sources from another. */
  readonly onChange: (found: Found, marks: string) => void
}

/**
 * Reads the sources where they may have changed, and once at the beginning. It looks again and again rather than
 * waiting to be told: events of a file system miss links that are swapped, mounts and files that come by network.
 */
export function watchSources<Found>(
  places: SourcePlaces,
  { intervalMs, read, onChange }: WatcherOptions<Found>,
): Watcher {
  let known: string | null = null
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const { marks, isSettled } = await readMarks(places)
    if (isClosed) return
    const isKnown = marks === known || (await readState(marks))
    if (isClosed) return
    known = isKnown && isSettled ? marks : null
    plan()
  }

  /** What was read while it changed is of no state that has marks. The next look reads it again. */
  async function readState(marks: string): Promise<boolean> {
    const found = read()
    const { marks: after } = await readMarks(places)
    const isWhole = after === marks
    if (isWhole && !isClosed) onChange(found, marks)
    return isWhole
  }

  function plan(): void {
    timer = setTimeout(() => void look(), intervalMs).unref()
  }

  if (places.directory !== null || places.file !== null) plan()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** What tells one state of the sources from another, and whether it can be relied on. */
interface Marks {
  readonly marks: string
  readonly isSettled: boolean
}

/** Clocks of file systems are coarse: a second change within their tick leaves the same marks. */
const settlingMs = 3_000

async function readMarks({ directory, file }: SourcePlaces): Promise<Marks> {
  const paths = [...(directory === null ? [] : await filesIn(directory)), ...(file === null ? [] : [file])]
  const marks = await Promise.all(paths.map(readMark))
  const newest = Math.max(0, ...marks.map(({ changedMs }) => changedMs))
  return { marks: marks.map(({ mark }) => mark).join('\n'), isSettled: newest < Date.now() - settlingMs }
}

/** A directory that cannot be read has the mark of its own path. */
function filesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).then(
    (names) => [directory, ...names.filter(isSecretFile).map((name) => join(directory, name))],
    () => [directory],
  )
}

async function readMark(path: string): Promise<{ readonly mark: string; readonly changedMs: number }> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return {
      mark: [path, dev, ino, size, mtimeNs, ctimeNs].join(' '),
      changedMs: Number(ctimeNs / 1_000_000n),
    }
  } catch (error) {
    return { mark: `${path} ${describeSystemError(error)}`, changedMs: 0 }
  }
}
