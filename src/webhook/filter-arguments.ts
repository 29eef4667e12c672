/** What a filter needs behind its colon, in words. */
export interface NeededArguments {
  readonly count: number
  readonly example: string
}

const one = (example: string): NeededArguments => ({ count: 1, example })
const two = (example: string): NeededArguments => ({ count: 2, example })

const ofText = one('"text"')
const ofNumber = one('2')
const ofPath = one('"name"')
const ofItem = one('"item"')
const ofReplacement = two('"old", "new"')
const ofCondition = two('"item", "item.active"')

/** The arguments without which a filter means nothing. LiquidJS takes those that are missing as nothing. */
export const neededArguments: ReadonlyMap<string, NeededArguments> = new Map([
  ['append', ofText],
  ['prepend', ofText],
  ['remove', ofText],
  ['remove_first', ofText],
  ['remove_last', ofText],
  ['hmac_sha256', one('"key"')],
  ['split', one('","')],
  ['replace', ofReplacement],
  ['replace_first', ofReplacement],
  ['replace_last', ofReplacement],
  ['default', ofText],
  ['plus', ofNumber],
  ['minus', ofNumber],
  ['times', ofNumber],
  ['divided_by', ofNumber],
  ['modulo', ofNumber],
  ['at_least', ofNumber],
  ['at_most', ofNumber],
  ['slice', one('0, 3')],
  ['map', ofPath],
  ['where', ofPath],
  ['reject', ofPath],
  ['has', ofPath],
  ['find', ofPath],
  ['find_index', ofPath],
  ['group_by', ofPath],
  ['where_exp', ofCondition],
  ['reject_exp', ofCondition],
  ['has_exp', ofCondition],
  ['find_exp', ofCondition],
  ['find_index_exp', ofCondition],
  ['group_by_exp', ofCondition],
  ['concat', one('profile.others')],
  ['push', ofItem],
  ['unshift', ofItem],
])
