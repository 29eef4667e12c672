import { type Readable, Transform } from 'node:stream'

/** A body of which every piece is asked for before it is taken: what `ask` throws ends the reading. */
export function askForPieces(body: Readable, ask: (bytes: number) => void): Readable {
  const asked = new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        ask(piece.length)
        done(null, piece)
      } catch (error) {
        done(error as Error)
      }
    },
  })
  body.once('error', (error) => asked.destroy(error))
  // The rest has to come all the same: many clients read no reply before they have sent everything.
  asked.once('error', () => body.resume())
  return body.pipe(asked)
}
