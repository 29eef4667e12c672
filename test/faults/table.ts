import { answerFaults } from './answer-faults.ts'
import { bodyFaults } from './body-faults.ts'
import { certificateFaults } from './certificate-faults.ts'
import { challengeFaults } from './challenge-faults.ts'
import { connectionFaults } from './connection-faults.ts'
import { nameFaults } from './name-faults.ts'
import { proxyFaults } from './proxy-faults.ts'
import { reuseFaults } from './reuse-faults.ts'
import { serviceFaults } from './service-faults.ts'
import { statusFaults } from './status-faults.ts'
import { type Chapter, type Fault, isMade } from './support/fault.ts'
import { tlsFaults } from './tls-faults.ts'
import { tokenFaults } from './token-faults.ts'

/** All that can go wrong between the service and a target. `docs/faults.md` is written from it. */
export const faultTable: readonly Chapter[] = [
  nameFaults,
  connectionFaults,
  proxyFaults,
  tlsFaults,
  certificateFaults,
  reuseFaults,
  answerFaults,
  bodyFaults,
  statusFaults,
  tokenFaults,
  challengeFaults,
  serviceFaults,
]

/** The rows that a suite can make, by chapter. */
export function listFaults({ bendNetwork }: { readonly bendNetwork: boolean }): readonly FaultsOfChapter[] {
  return faultTable
    .map(({ title, faults }) => ({
      title,
      faults: faults.filter(isMade).filter(({ bendsNetwork = false }) => bendsNetwork === bendNetwork),
    }))
    .filter(({ faults }) => faults.length > 0)
}

interface FaultsOfChapter {
  readonly title: string
  readonly faults: readonly Fault[]
}
