import { afterAll, describe, it } from 'vitest'
import { expectAsInTable } from './support/expectations.ts'
import { play } from './support/play.ts'
import { startSharedService } from './support/shared-service.ts'
import { listFaults } from './table.ts'

const service = await startSharedService()
let worstLatenessMs = 0

afterAll(async () => {
  await service.close()
  console.info(`worst lateness of a reply: ${worstLatenessMs.toFixed(0)} ms`)
})

describe.each(listFaults({ bendNetwork: false }))('$title', ({ faults }) => {
  it.each(faults)('$row: $what ($ends, delivered $delivered)', async (fault) => {
    const played = await play(fault, service)
    if (fault.usesUp !== undefined) worstLatenessMs = Math.max(worstLatenessMs, played.lateMs)

    await expectAsInTable(played, fault)
  })
})
