import { oneOfWords } from './builders.ts'
import { failureCodes } from './failure.ts'

/** The names of failures. More may come, so a client must let a name pass that it does not know. */
export const FailureCodeName = oneOfWords(failureCodes, {
  $id: 'FailureCode',
  description: 'The stable name of a failure. Later versions may add names. They rename none.',
})
