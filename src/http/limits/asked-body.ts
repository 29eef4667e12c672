import { type Readable, Transform } from 'node:stream'

/** A body that calls `ask` before each piece is taken. An error from `ask` ends the reading. */
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
  // The rest must still be received: many clients read no reply before they have sent their whole request.
  asked.once('error', () => body.resume())
  return body.pipe(asked)
}
