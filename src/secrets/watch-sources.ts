import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describeSystemError } from './read-text.ts'
import { isSecretFile } from './secrets-directory.ts'

export interface Watcher {
  close(): void
}

/** The paths of the sources, or null. */
export interface SourcePlaces {
  readonly directory?: string | null
  readonly file: string | null
}

export interface WatcherOptions<Found> {
  readonly intervalMs: number
  readonly read: () => Found
  /** Takes a new value. The marks identify the state of the sources. */
  readonly onChange: (found: Found, marks: string) => void
}

/**
 * Reads the sources at the start and whenever they may have changed. It polls, because events of a file system miss
 * swapped links, mounts and network files.
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

  /** Sources that change while they are read belong to no state with marks. The next poll reads them again. */
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

  if (places.directory != null || places.file !== null) plan()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** Identifies a state of the sources. `isSettled` tells whether another change would give other marks. */
interface Marks {
  readonly marks: string
  readonly isSettled: boolean
}

/**
 * Timestamps of file systems are coarse, up to 2 s with FAT: a second change within one tick leaves the same marks.
 */
const settlingMs = 3_000

async function readMarks({ directory = null, file }: SourcePlaces): Promise<Marks> {
  const paths = [...(directory === null ? [] : await filesIn(directory)), ...(file === null ? [] : [file])]
  const marks = await Promise.all(paths.map(readMark))
  const newest = Math.max(0, ...marks.map(({ changedMs }) => changedMs))
  return { marks: marks.map(({ mark }) => mark).join('\n'), isSettled: newest < Date.now() - settlingMs }
}

/** A directory that cannot be read is marked by its own path. */
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
