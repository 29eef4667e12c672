import { durable } from '../../support/submissions.ts'
import { openSqlite } from './open-sqlite.ts'

// Opens the store of the first argument. Accepts with the second, `fill`, large executions until one is refused.
const [, , path = '', task = 'hold'] = process.argv
const store = await openSqlite(path)
if (task === 'fill') {
  const accepted: string[] = []
  for (let index = 0; index < 1_000; index += 1) {
    const submissions = [0, 1, 2].map(() => durable({ payload: new Uint8Array(20_000) }))
    const acceptance = await store.accept(submissions)
    if (acceptance === 'unavailable') break
    accepted.push(...submissions.map(({ executionId }) => executionId))
  }
  console.log(
    JSON.stringify({ accepted, readable: (await store.find({ id: accepted[0] ?? '' })) !== 'unavailable' }),
  )
  process.exit(0)
}
console.log('open')
setInterval(() => {}, 1_000)
