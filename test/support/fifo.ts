import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A pipe with a reader that reads when the test says so. It is gone when the test ends. */
export interface Fifo {
  readonly path: string
  /** Takes what is in the pipe at this moment, and gives all that came so far. */
  read(): string
  /** Takes the reader away, as when its process ends. */
  closeReader(): void
}

/** Makes a pipe with a name, such as a process can be given as its standard output. */
export function createFifo(): Fifo {
  const directory = mkdtempSync(join(tmpdir(), 'webhook-node-test-'))
  const path = join(directory, 'fifo')
  const { status } = spawnSync('mkfifo', [path])
  if (status !== 0) throw new Error('there is no mkfifo')
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let isOpen = true
  const closeReader = () => {
    if (isOpen) closeSync(reader)
    isOpen = false
  }
  onTestFinished(() => {
    closeReader()
    rmSync(directory, { recursive: true })
  })
  let received = ''
  const read = () => {
    received += readAll(reader)
    return received
  }
  return { path, read, closeReader }
}

function readAll(fd: number): string {
  const chunks: Buffer[] = []
  const chunk = Buffer.alloc(65_536)
  try {
    for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk))
      chunks.push(Buffer.from(chunk.subarray(0, length)))
  } catch (error) {
    // The writer is there, and has written no more.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  return Buffer.concat(chunks).toString()
}
