import { lastName } from './name-likeness.ts'
import { commonWords, maxText } from './named-field-words.ts'

/** The names that a target misses, where its sentence says that they are names. A text may have them in parentheses, too. */
export function findMissedNames(text: string): readonly string[] {
  const missing = findRequiredName(text.slice(0, maxText).replace(/ \([^()]*\)/g, ''))
  const named = [...listEither(text), ...listMissed(text), ...(missing === null ? [] : [lastName(missing)])]
  return [...new Set(named)]
}

/** How a sentence begins that says that a field is missing, up to the name. A name has a small letter at its beginning, or stands in quotation marks. */
const requiredNames: readonly RegExp[] = [
  /\bparam is missing or the value is empty(?: or invalid)?: ([A-Za-z_]\w{1,60})/,
  /(?<=^|[:;] )["'`\u2018\u201c]?([a-z][\w.-]{1,60})["'`\u2019\u201d]? (?:is|are) (?:an? )?(?:required|missing|mandatory)\b/,
  /(?<=^|[:;] )["'`\u2018\u201c]?([a-z][\w.-]{1,60})["'`\u2019\u201d]? (?:must be (?:present|provided|given|specified|supplied)|should be defined)\b/,
  /(?<=^|[:;,] )["'`\u2018\u201c]?([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d]?: (?:(?:this )?field (?:is )?required|(?:is )?(?:a )?required|missing|(?:cannot|can't|can not|must not|should not|may not) be (?:blank|empty|null))\b/i,
  /\b(?:missing|required|mandatory) (?:the )?(?:required |mandatory )?["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:field|param(?:eter)?|property|attribute|key)\b/i,
  /\b(?:param(?:eter)?|field|property|attribute|argument|key|column)s? ["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:is|are|was) (?:required|missing|mandatory|not (?:present|provided|set|specified))\b/i,
  /(?<=^|[;:] )([a-z]\w{1,60}) must be (?:an? )?(?:string|number|integer|boolean|object|array|valid )/,
  /\b(?:invalid|missing|no|bad) (?:value|input) for ["'`]?([A-Za-z_]\w{1,60})/,
  /\bnull value in column ["'`]([A-Za-z_]\w{1,60})["'`]/,
  /^(?:the )?(?:element|field|parameter|property|attribute|column|key) ([A-Za-z_][\w.-]{1,60}) (?:is|are|was) (?:required|missing|mandatory|not (?:present|provided|set|specified))\b/i,
  /(?<=^|[.;:] )["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:was|is)(?:n't| not) (?:supplied|provided|given|specified|set|sent)\b/,
  /\bthe ["'`\u2018\u201c]([A-Za-z_][\w.-]{1,60})["'`\u2019\u201d] (?:key|field|param(?:eter)?|property|attribute) (?:is|are|was) (?:required|missing|mandatory)\b/i,
  /\bpropert(?:y|ies) (?:is|are) missing from object: ([A-Za-z_][\w.-]{1,60})/i,
  /^(?:no|missing)_([a-z]\w{1,60})$/,
  /^([a-z]\w{1,60})_(?:required|missing)$/,
]

/** The name that a target misses, where its sentence makes it one. */
function findRequiredName(text: string): string | null {
  const before = text.slice(0, Math.max(0, text.search(requiredParameter))).trimEnd()
  const found = [before.split(' ').at(-1), ...requiredNames.map((pattern) => pattern.exec(text)?.[1])]
  const [, labelled] = missingInput.exec(text) ?? []
  return labelled ?? found.find((name) => name && !ofCall.test(name) && !commonWords.test(name)) ?? null
}

/** `data: Missing input` is about a member that is called so, and not about data in general. */
const missingInput =
  /^["'`]?([A-Za-z_]\w{1,60})["'`]?: (?:missing|required)(?: (?:input|field|value|property))?$/i

/** What follows the name of a parameter in `The api-version query parameter is required`. */
const requiredParameter = / (?:query|url) parameter (?:is|was) (?:required|missing|mandatory)\b/

const ofCall =
  /^(?:auth\w*|credentials?|tokens?|signature|permissions?|scopes?|payload|content|json|data|input|query|https|login|payment|registration|confirmation|approval|verification|subscription|access|upgrade|header|error|\w*_error|team|service|account|active_hooks|\w*_hooks|value|required|request|this|following|query|url)$/

/** The beginning of `Missing required fields: email, plan` and `must have required property 'email'`, up to the first name. */
const missesField =
  /\b(?:missing|required)(?: (?:required|mandatory|request|body|query))? (?:propert(?:y|ies)|fields?|param(?:eter)?s?|arguments?|keys?|attributes?|elements?|headers?|parts?|inputs?)(?: (?:were|was|are|is) (?:not (?:set|provided|given|present|specified)|missing))?(?:: ?| ?(?=["'`\u2018\u201c[]))/i

/** The next name of a list, without what stands around it, and what joins it to another one. */
const listed =
  /["'`\u2018\u201c[]{0,2}([A-Za-z_][\w$-]{0,60})["'`\u2019\u201d\]]{0,2}(,? (?:and|or) |, ?(?=["'`\u2018\u201cA-Za-z_]))?/y

/** `Summary or Text is required`. */
function listEither(text: string): readonly string[] {
  const [, one, other] = either.exec(text.slice(0, maxText)) ?? []
  const names = [one, other].filter((name) => name !== undefined && !ofCall.test(name.toLowerCase()))
  return names.length === 2 ? names.filter((name) => name !== undefined) : []
}

const either =
  /(?:^|: )(?:either )?["'`]?([A-Za-z]\w{1,40})["'`]? or ["'`]?([A-Za-z]\w{1,40})["'`]? (?:is|are|must be|has to be) (?:required|missing|provided|present|given|set)\b/i

/** The names of a list behind words such as `Missing required fields:`. */
export function listMissed(text: string): readonly string[] {
  const start = missesField.exec(text.slice(0, maxText))
  if (start === null) return []
  const names: string[] = []
  listed.lastIndex = start.index + start[0].length
  while (names.length < maxListed) {
    const [whole = '', name, joint] = listed.exec(text) ?? []
    if (name === undefined || (commonWords.test(name) && whole.startsWith(name))) break
    names.push(name)
    if (joint === undefined) break
  }
  return [...new Set(names)]
}

const maxListed = 3
