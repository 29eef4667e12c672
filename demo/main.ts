import { once } from 'node:events'
import { parseArgs, styleText } from 'node:util'
import { durableTitle, runDurableExample } from './durable-example.ts'
import { type DemoExample, demoExamples, isAsExpected } from './examples.ts'
import { presentReply, row } from './present.ts'
import { receiverHost, receiverPort } from './receiver.ts'
import { startWorld, type World } from './world.ts'

const { PORT = '3000', RECEIVER_PORT = String(receiverPort) } = process.env

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort())

try {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })
  process.exitCode = (await demo(values.once)) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** Runs all examples. Resolves with whether each took the expected branch. */
async function demo(endsAtOnce: boolean): Promise<boolean> {
  await using world = await startWorld({ servicePort: Number(PORT), receiverPort: Number(RECEIVER_PORT) })
  const { receiver, logFile } = world

  showWhereItRuns(world.service.url, receiver.port)
  const allRight = await runExamples(world, demoExamples(receiver.port))
  if (endsAtOnce || interruption.signal.aborted) return allRight

  showWhereToGoOn(world.service.url, logFile)
  await Promise.race([once(interruption.signal, 'abort'), world.service.ended])
  if (!interruption.signal.aborted) throw new Error('The service has ended by itself.')
  return allRight
}

async function runExamples(world: World, examples: readonly DemoExample[]): Promise<boolean> {
  let right = 0
  for (const [index, example] of examples.entries()) {
    if (interruption.signal.aborted) return right === index
    console.log(`\n${styleText('bold', `${index + 1}  ${example.title}`)}`)
    const reply = await world.service.execute(example.request)
    console.log(presentReply(reply))
    if (isAsExpected(example, reply)) right += 1
    else
      console.log(row('but due', styleText('red', `${example.expected.branch} (${example.expected.code})`)))
  }
  if (interruption.signal.aborted) return right === examples.length
  console.log(`\n${styleText('bold', `${examples.length + 1}  ${durableTitle}`)}`)
  if (await runDurableExample(world)) right += 1
  const all = examples.length + 1
  const colour = right === all ? 'green' : 'red'
  console.log(`\n${styleText(colour, `${right} of ${all} examples took the expected branch.`)}`)
  return right === all
}

function showWhereItRuns(url: string, port: number): void {
  console.log(styleText('bold', 'webhook-node, against a receiver on this machine'))
  console.log(row('service', url))
  console.log(
    row('receiver', `https://${receiverHost}:${port}  (the demo has its own name and certificate for it)`),
  )
}

function showWhereToGoOn(url: string, logFile: string): void {
  console.log('\nBoth stay up until Ctrl-C.')
  console.log(
    row('console', `${styleText('underline', `${url}/console`)}  the same examples, to change and execute`),
  )
  console.log(row('Swagger UI', `${styleText('underline', `${url}/docs`)}  every route`))
  console.log(row('log', logFile))
}
