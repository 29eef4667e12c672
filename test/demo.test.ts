import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { durableBranch, durableTitle } from '../demo/durable-example.ts'
import { demoExamples } from '../demo/examples.ts'

const run = promisify(execFile)

/** Below the ports that the system gives to other tests, and different for each process that runs tests. */
const servicePort = 20_000 + (process.pid % 10_000)

function demo(env: Record<string, string>) {
  return run(process.execPath, ['demo/main.ts', '--once'], { env: { NO_COLOR: '1', ...env } })
}

describe('npm run demo -- --once', () => {
  it('shows every example with the branch that it takes, and ends with 0', async () => {
    const { stdout, stderr } = await demo({ PORT: String(servicePort), RECEIVER_PORT: '0' })

    const branches = [...stdout.matchAll(/^ {2}branch +(\S+)$/gm)].map(([, branch]) => branch)
    expect(branches).toEqual([...demoExamples(0).map(({ expected }) => expected.branch), durableBranch])
    for (const { title } of [...demoExamples(0), { title: durableTitle }]) expect(stdout).toContain(title)
    expect(stdout).toContain('7 of 7 examples')
    expect(stderr).toBe('')
  })

  it('says which port is taken, and ends with 1', async () => {
    const occupant = createServer().listen(servicePort, '127.0.0.1')
    onTestFinished(() => void occupant.close())

    const ended = demo({ PORT: String(servicePort), RECEIVER_PORT: '0' })

    await expect(ended).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Port ${servicePort}`),
    })
  })
})
