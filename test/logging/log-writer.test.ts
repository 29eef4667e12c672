import { constants, openSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { LogWriter } from '../../src/logging/log-writer.ts'
import { createFifo } from '../support/fifo.ts'

/** Writes to a file as to a standard output, and notes when it begins to lose lines. */
function writerTo(path: string, maxWaitingBytes = 1_000) {
  // It stays open: a writer goes on for as long as its process, and the number of a closed file is given to the next one.
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  const losses: string[] = []
  const writer = new LogWriter({
    stream: { fd, mayHang: false },
    describeLoss: (lines) => `${lines} lost\n`,
    onLoss: (code) => losses.push(code),
    maxWaitingBytes,
  })
  return { writer, losses }
}

describe('the writer of the log', () => {
  it('writes lines in their order', async () => {
    const fifo = createFifo()
    const { writer } = writerTo(fifo.path)

    for (const line of ['a\n', 'b\n', 'c\n']) writer.write(line)
    await writer.drain(5_000)

    expect(fifo.read()).toBe('a\nb\nc\n')
    expect(writer.linesLost).toBe(0)
  })

  it('writes by itself, a moment later', async () => {
    const fifo = createFifo()
    const { writer } = writerTo(fifo.path)

    writer.write('a\n')

    await vi.waitUntil(() => fifo.read() === 'a\n')
  })

  it('writes what waits when the process is about to end', () => {
    const fifo = createFifo()
    const { writer } = writerTo(fifo.path)

    writer.write('a\n')
    writer.flushSync()

    expect(fifo.read()).toBe('a\n')
  })

  it('keeps lines for a reader that sleeps while there is room, and tells how many were dropped', async () => {
    const fifo = createFifo()
    const { writer, losses } = writerTo(fifo.path, 100_000)
    const line = (index: number) => `${String(index).padStart(3_999, '.')}\n`

    for (let index = 0; index < 40; index++) writer.write(line(index))
    expect(writer.linesLost).toBe(15)
    // The pipe takes a part of them, which makes room for others.
    await writer.drain(50)
    for (let index = 40; index < 80; index++) writer.write(line(index))
    await vi.waitUntil(() => fifo.read().includes('lost\n'))
    for (let index = 80; index < 90; index++) writer.write(line(index))
    await vi.waitUntil(() => fifo.read().endsWith('89\n'))

    const kept =
      fifo
        .read()
        .match(/(?<=^\.+)\d+$/gm)
        ?.map(Number) ?? []
    const told =
      fifo
        .read()
        .match(/^\d+(?= lost$)/gm)
        ?.map(Number) ?? []
    expect(kept).toEqual(kept.toSorted((a, b) => a - b))
    expect(kept.slice(0, 26)).toEqual([...Array(25).keys(), 40])
    expect(told.reduce((sum, lost) => sum + lost)).toBe(writer.linesLost)
    expect(kept.length + writer.linesLost).toBe(90)
    expect(new Set(losses)).toEqual(new Set(['EAGAIN']))
  })

  it.each([
    ['the disk is full', fullDisk, 'ENOSPC'],
    ['the reader has gone', goneReader, 'EPIPE'],
  ])(
    'counts every line where %s, tells of it once, and waits for nothing at the end',
    async (_what, make, code) => {
      const { writer, losses } = make()

      writer.write('a\n')
      writer.write('b\n')
      await writer.drain(5_000)
      writer.write('c\n')
      const began = performance.now()
      await writer.drain(60_000)

      expect(writer.linesLost).toBe(3)
      expect(losses).toEqual([code])
      expect(performance.now() - began).toBeLessThan(20_000)
      expect(() => writer.flushSync()).not.toThrow()
    },
  )
})

function fullDisk() {
  return writerTo('/dev/full')
}

function goneReader() {
  const fifo = createFifo()
  const made = writerTo(fifo.path)
  fifo.closeReader()
  return made
}
