import { writeFile } from 'node:fs/promises'
import { startWorld } from '../demo/world.ts'
import { recordReplies } from './replies.ts'

// Writes the replies that the document shows as examples. A test fails if the file is out of date.

/** Below the ports that the system gives away, and different for each process. */
const servicePort = 20_000 + (process.pid % 10_000)

await using world = await startWorld({ servicePort, receiverPort: 0 })
const replies = await recordReplies({ url: world.service.url, receiverPort: world.receiver.port })
await writeFile(new URL('replies.json', import.meta.url), `${JSON.stringify(replies, null, 2)}\n`)
