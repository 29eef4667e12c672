import { expect, it } from 'vitest'
import { writePage } from './support/page.ts'
import { faultTable } from './table.ts'

it('docs/faults.md says what the tests of the faults say', async () => {
  await expect(writePage(faultTable)).toMatchFileSnapshot('../../docs/faults.md')
})
