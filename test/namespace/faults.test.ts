import { afterAll, describe, it } from 'vitest'
import { expectAsInTable } from '../faults/support/expectations.ts'
import { play } from '../faults/support/play.ts'
import { startSharedService } from '../faults/support/shared-service.ts'
import { listFaults } from '../faults/table.ts'

const service = await startSharedService()
afterAll(() => service.close())

describe.each(listFaults({ bendNetwork: true }))('$title', ({ faults }) => {
  it.each(faults)('$row: $what ($ends, delivered $delivered)', async (fault) => {
    await expectAsInTable(await play(fault, service), fault)
  })
})
