import { authMembers, authWords } from './auth.ts'
import { bodyMembers, bodyWords } from './body.ts'
import { durableMembers } from './durable.ts'
import { caseMembers, expectationMembers, expectationWords } from './expectation.ts'
import { fieldMembers, fieldWords } from './field.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { limitMembers } from './limits.ts'
import { nodeMembers, nodeWords } from './node.ts'
import { partsOfNode } from './node-parts.ts'
import { requestMembers, requestWords } from './request.ts'
import { retryMembers } from './retry.ts'
import { signingMembers, signingWords } from './signing.ts'
import { tlsMembers, tlsWords } from './tls.ts'

/** Foreign members by place. */
export const foreignMembers: ForeignMembers = {
  ...requestMembers,
  ...nodeMembers,
  ...retryMembers,
  ...fieldMembers,
  ...authMembers,
  ...tlsMembers,
  ...signingMembers,
  ...bodyMembers,
  ...expectationMembers,
  ...caseMembers,
  ...durableMembers,
  ...limitMembers,
}

/** What words within the name of a member tell, by place. */
export const foreignParts: ForeignMembers = { Node: partsOfNode }

/** Foreign words by place: the place of the object, a dot, the name of the member. */
export const foreignWords: ForeignWords = {
  ...requestWords,
  ...nodeWords,
  ...fieldWords,
  ...authWords,
  ...tlsWords,
  ...signingWords,
  ...bodyWords,
  ...expectationWords,
}
