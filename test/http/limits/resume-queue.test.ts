import { describe, expect, it } from 'vitest'
import { ResumeQueue } from '../../../src/http/limits/resume-queue.ts'
import type { Holder } from '../../../src/http/limits/shares.ts'
import { ClientUsage, TenantUsage } from '../../../src/http/limits/usage.ts'

/** A queue, and what it has resumed. Each entry is `client/tenant/number`. */
function createQueue(...names: readonly string[]) {
  const queue = new ResumeQueue()
  const resumed: string[] = []
  const clients = new Map<string, ClientUsage>()
  const tenants = new Map<string, TenantUsage>()
  const waiting = names.map((name) => {
    const [client = '', tenant = ''] = name.split('/')
    const own = clients.get(client) ?? new ClientUsage(client, null)
    const ofTenant = tenants.get(client + tenant) ?? new TenantUsage(tenant)
    clients.set(client, own)
    tenants.set(client + tenant, ofTenant)
    return { client: own, tenant: ofTenant, resume: () => void resumed.push(name) }
  })
  for (const one of waiting) queue.add(one)
  return {
    resumed,
    leave: (index: number) => queue.remove(waiting[index] ?? expect.fail()),
    /** Resumes at most that many. */
    resume(count: number, mayRun: (holder: Holder) => boolean = () => true) {
      const most = resumed.length + count
      queue.resumeThose((holder) => resumed.length < most && mayRun(holder))
    },
  }
}

describe('executions that wait to resume', () => {
  it('resume in order of arrival', () => {
    const { resume, resumed } = createQueue('a/x/1', 'a/x/2', 'a/x/3')

    resume(2)
    resume(5)

    expect(resumed).toEqual(['a/x/1', 'a/x/2', 'a/x/3'])
  })

  it('resume round robin by client, and by tenant of a client', () => {
    const { resume, resumed } = createQueue('a/x/1', 'a/x/2', 'a/x/3', 'a/y/1', 'b/x/1', 'b/x/2')

    resume(6)

    expect(resumed).toEqual(['a/x/1', 'b/x/1', 'a/y/1', 'b/x/2', 'a/x/2', 'a/x/3'])
  })

  it('are passed over where their client or tenant has its share', () => {
    const { resume, resumed } = createQueue('a/x/1', 'b/x/1', 'b/y/1')

    resume(3, ({ client, tenant }) => client.name === 'b' && tenant?.name !== 'x')
    expect(resumed).toEqual(['b/y/1'])
    resume(3)

    expect(resumed).toEqual(['b/y/1', 'a/x/1', 'b/x/1'])
  })

  it('leave nothing behind when they leave the queue', () => {
    const { resume, resumed, leave } = createQueue('a/x/1', 'a/x/2')

    leave(0)
    leave(0)
    resume(3)
    leave(1)

    expect(resumed).toEqual(['a/x/2'])
  })
})
