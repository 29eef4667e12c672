import { sources } from '../../contract/payload.ts'
import { listWords } from '../values/text.ts'
import { findFilterElsewhere } from './filters-elsewhere.ts'

/** Where an expression stands, as far as the advice depends on it. */
export interface ForeignPlace {
  /** Whether it is written without braces. */
  readonly isCondition: boolean
  /** Whether it can use the response. */
  readonly hasResponse: boolean
}

/** How another tool writes expressions. */
interface ForeignForm {
  readonly form: RegExp
  /** Whether the form has another meaning where there are no braces. */
  readonly isInBraces?: true
  /** What the expression is in the words of the tool, as the predicate of a sentence. */
  readonly is: string
  /** What to write instead: the end of a sentence. `path` is the nearest variable for the names of the expression. */
  readonly write: (path: string, place: ForeignPlace, isGuess: boolean) => string
}

/**
 * Describes an expression of another tool and what to write instead; null if it is none that is known. It is asked about
 * expressions that are refused. `text` has no text literals, which may be credentials. `meant`: the expression in Liquid, if it
 * is known; else the path is guessed.
 */
export function describeForeignExpression(
  text: string,
  place: ForeignPlace,
  meant: string | null = null,
): string | null {
  const start = text.trim().slice(0, maxCharacters)
  const known = forms.find(({ form, isInBraces }) => !(isInBraces && place.isCondition) && form.test(start))
  if (known === undefined) return null
  const [named = ''] = start.slice(0, findMethod(start)?.index).split(/[|}<>]|==|\[\?/, 1)
  const names = (named.match(/\$?[A-Za-z_][\w-]{0,40}/g) ?? []).flatMap(readNames)
  const own = findOwnPath(names)
  const path = own ?? readPath(start, place) ?? guessPath(start, names, place)
  if (meant !== null && !known.isInBraces)
    return `it is ${known.is}; write ${meant}${orOther(meant, own === null && known.write === writeValue)}`
  const filters = known.write === writeValue ? [...listFilters(start), ...listDefault(start)] : []
  if (known.write === writeValue && !place.isCondition && /^[^|?]{1,100}[^?]\?\s[^:]{1,100}:/.test(start))
    return `it is ${known.is}; write {% if ${path} %}a{% else %}b{% endif %}`
  return `it is ${known.is}; ${known.write([path, ...filters].join(' | '), place, own === null)}`
}

/** The path of an expression that is nothing else, with its numbers: `$json.items[0].name`, `1.items[1].name` of Make. */
function readPath(text: string, { hasResponse }: ForeignPlace): string | null {
  const [, root = '', members = ''] =
    /^(\$json|\d{1,4}|\$)((?:\??\.[A-Za-z_]\w{0,40}(?!\w|\()|\[\d{1,4}\]){1,8})/.exec(
      text.replaceAll(/\.(first|last)\(\)(?=\.)/g, '.$1'),
    ) ?? []
  if (members === '' || (hasResponse && /^\d/.test(root))) return null
  if (hasResponse && root === '$json') return readResponse(members)
  const isMake = /^\d/.test(root)
  const own = members
    .replaceAll('?.', '.')
    .replace(/^\.(?:data|body|json|output|payload|item|record|contact|lead)(?=\.(?!length\b))/, '')
    .replace(/\.length$/, '.size')
    .replaceAll(
      /\[(\d{1,4})\]/g,
      (_all, index: string) => `[${isMake ? Math.max(0, Number(index) - 1) : index}]`,
    )
  return (hasResponse ? 'response.json' : 'profile') + own
}

/** A part of the response in n8n: its JSON, or, where all of it is asked for, status, headers and body. */
function readResponse(members: string): string {
  const own = members.replaceAll('?.', '.').replace(/\.length$/, '.size')
  if (/^\.status(?:Code)?$/.test(own)) return 'response.status'
  if (/^\.(?:headers|body)$/.test(own)) return `response${own}`
  return own.startsWith('.headers.')
    ? `response${own.toLowerCase()}`
    : `response.json${own.replace(/^\.body(?=[.[])/, '')}`
}

/** The filter for a value that stands in for a missing one. Texts are not shown. */
function listDefault(text: string): readonly string[] {
  return /^[^|?]{1,100}\s(?:\|\||\?\?)\s/.test(text) ? ['default: "…"'] : []
}

/** A call of a method, such as `.map(x => x.name)`, whose result another tool takes from a value. */
const method = /\??\.([A-Za-z]\w{0,30})\((?:\s?\(?\w{1,20}\)?\s?=>\s?\w{1,20}\.(\w{1,40})\s?\))?/g

/** The first call of a method that is a filter here. */
function findMethod(text: string): RegExpMatchArray | undefined {
  return text.matchAll(method).find(([, name = '']) => toFilter(name) !== null)
}

/** The filters for the methods of an expression. */
function listFilters(text: string): readonly string[] {
  return Array.from(text.matchAll(method), ([, name = '', member]) =>
    name === 'map' && member !== undefined ? `map: "${member}"` : toFilter(name),
  )
    .filter((filter) => filter !== null)
    .slice(0, maxNames)
}

function toFilter(name: string): string | null {
  return (
    methods.get(name) ??
    (/^(?:first|last|get)$/.test(name) ? null : (findFilterElsewhere(name)?.filter ?? null))
  )
}

/** Methods whose names are those of filters. */
const methods: ReadonlyMap<string, string> = new Map([
  ['map', 'map: "name"'],
  ['join', 'join: ","'],
  ['split', 'split: ","'],
  ['filter', 'where: "name", "x"'],
  ['slice', 'slice: 0, 10'],
  ['replace', 'replace: "a", "b"'],
  ['round', 'round'],
  ['reverse', 'reverse'],
  ['sort', 'sort'],
])

/** A form is told by its beginning. */
const maxCharacters = 200

/** The variable that an expression names although its form is another. */
function findOwnPath(names: readonly string[]): string | null {
  const [root, ...members] = names.slice(names.findIndex(isSource), names.findIndex(isSource) + maxNames)
  return root !== undefined && isSource(root) ? [readName(root), ...members].join('.') : null
}

function isSource(name: string): boolean {
  return (sources as readonly string[]).includes(readName(name))
}

function readName(name: string): string {
  return name.startsWith('$') ? name.slice(1) : name
}

/** The nearest variable for the names of an expression: those that no other tool has around a value. */
function guessPath(text: string, names: readonly string[], { hasResponse }: ForeignPlace): string {
  const around = names.findLastIndex((name) => name.startsWith('$') || wrappers.has(name.toLowerCase()))
  const behind = names.slice(around + 1, around + maxNames)
  const own = behind.length === 0 ? namesWithin(names[around]) : behind
  const [first] = own
  if (hasResponse && /^\$(?:json|response)\["…"\]/.test(text)) return 'response.json["…"]'
  if (hasResponse)
    return responsePaths.get(first?.toLowerCase() ?? '') ?? ['response.json', ...orName(own)].join('.')
  return first === undefined && text.includes('["…"]')
    ? 'profile["…"]'
    : ['profile', ...orName(own)].join('.')
}

/** The name behind a sign, as in `$email`; a name of other tools alone is none. */
function namesWithin(name: string | undefined): readonly string[] {
  const plain = name?.startsWith('$') === true ? name.slice(1) : ''
  return plain === '' || wrappers.has(plain.toLowerCase()) ? [] : [plain]
}

const maxNames = 3

function orName(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['name'] : names
}

/** The fields of Zapier have two underscores in place of each dot. */
function readNames(word: string): readonly string[] {
  return word.split('__').filter((name) => name !== '')
}

const responsePaths: ReadonlyMap<string, string> = new Map([
  ['status', 'response.status'],
  ['statuscode', 'response.status'],
  ['code', 'response.status'],
  ['body', 'response.body'],
  ['headers', 'response.headers.x-name'],
])

/** What other tools have around a value, in lower case. */
const wrappers: ReadonlySet<string> = new Set([
  ...[
    'json',
    'item',
    'items',
    'data',
    'body',
    'output',
    'outputs',
    'input',
    'response',
    'record',
    'payload',
    'all',
  ],
  ...[
    'contact',
    'lead',
    'custom_attribute',
    'event_properties',
    'first',
    'last',
    'equals',
    'triggerbody',
    'variables',
  ],
  ...[
    'context',
    'execution',
    'getvariable',
    'parameters',
    'stringify',
    'each',
    'this',
    'true',
    'false',
    'null',
  ],
])

const otherParts = listWords(
  [...sources].filter((source) => source !== 'profile'),
  'or',
)

function write(path: string, { isCondition }: ForeignPlace): string {
  return isCondition ? `write ${path}` : `write {{ ${path} }}`
}

/** A value whose part of the payload is guessed. */
function writeValue(path: string, place: ForeignPlace, isGuess: boolean): string {
  return write(path, place) + orOther(path, isGuess)
}

function orOther(written: string, isGuess: boolean): string {
  return isGuess && /\bprofile\b/.test(written) ? `, or ${otherParts} in place of profile` : ''
}

const noMaker = (what: string) =>
  `the service makes no ${what}: the engine sends it in the payload, as {{ vars.NAME }}`

/** The time, in the form of an example. */
const now =
  (format: string): ForeignForm['write'] =>
  (_path, { isCondition }) =>
    isCondition ? `write ("now" | date: "${format}")` : `write {{ "now" | date: "${format}" }}`

const isoTime = now('%Y-%m-%dT%H:%M:%SZ')

/** The forms, the special ones first. */
const forms: readonly ForeignForm[] = [
  {
    form: /&(?:#\d{1,5}|#x[\da-f]{1,4}|amp|lt|gt|quot|apos);/i,
    is: 'text with characters written as in HTML',
    write: () => 'write each character itself, as in | for &#124;',
  },
  {
    form: /^[^|{}?]{1,100}\[\?/,
    is: 'a filter of JSONPath',
    write: (path, { hasResponse, isCondition }) =>
      isCondition
        ? `write (${hasResponse ? 'response.json.list' : path} | has: "id", 1)`
        : `write {% assign found = ${hasResponse ? 'response.json.list' : path} | where: "id", 1 | first %}{{ found.name }}`,
  },
  {
    form: /^(?:jsonpath|xpath|jmespath)\s/i,
    is: 'an assertion with a path',
    write: (_path, { hasResponse, isCondition }) => {
      const path = `${hasResponse ? 'response.json' : 'profile'}.data[0].id`
      return isCondition
        ? `write the path itself, as in ${path} == 7`
        : `write the path itself, as in {{ ${path} }}`
    },
  },
  // Make and Zapier.
  {
    form: /^get\s?\(\s?map\s?\(/i,
    is: 'a call of functions of Make',
    write: () => 'write {{ profile.list | where: "name", "x" | map: "value" | first }}',
  },
  {
    form: /^map\s?\(/i,
    is: 'a function of Make',
    write: () => 'write {{ profile.list | map: "name" }}',
  },
  { form: /^\d+__/, is: 'a field of Zapier, of a step before', write: writeValue },
  {
    form: /^\d+\.(?!size\b|length\b)[A-Za-z_`[]/,
    is: 'a reference of Make to one of its modules',
    write: writeValue,
  },
  {
    form: /^if\s?\(.{0,150}[,;]/i,
    is: 'a function of Make or of spreadsheets',
    write: (_path, { isCondition }) =>
      isCondition
        ? 'write the comparison alone, as in profile.score > 50'
        : 'write {% if profile.score > 50 %}a{% else %}b{% endif %}',
  },
  // Postman.
  {
    form: /^\$(?:guid|randomUUID)\b/i,
    is: 'a variable of Postman',
    write: () => 'write {{ execution.id }}, which is new for each execution',
  },
  { form: /^\$timestamp\b/, is: 'a variable of Postman', write: now('%s') },
  { form: /^\$isoTimestamp\b/, is: 'a variable of Postman', write: isoTime },
  { form: /^\$random/, is: 'a variable of Postman', write: () => noMaker('random values') },
  {
    form: /^(?:pm\.|tests\[)/,
    is: 'a script of Postman',
    write: (path, place, isGuess) =>
      place.isCondition && place.hasResponse
        ? `write one comparison, such as ${path.startsWith('response.json') ? 'response.json.ok == true' : 'response.status == 200'}`
        : writeValue(path, place, isGuess),
  },
  // n8n.
  {
    form: /^\$(?:now|today)\.(?:minus|plus)\b/,
    is: 'an expression of n8n',
    write: () =>
      'write {{ "now" | date: "%s" | minus: 86400 | date: "%Y-%m-%dT%H:%M:%SZ" }}, with the seconds that are taken away, or plus for later',
  },
  {
    form: /^\$(?:now|today)\.(?:to)?format\(/i,
    is: 'an expression of n8n',
    write: now('%Y-%m-%d'),
  },
  { form: /^\$(?:now|today)\b/, is: 'an expression of n8n', write: isoTime },
  {
    form: /^\$execution\.id\b/,
    is: 'an expression of n8n',
    write: () => 'write {{ instance.id }}, or {{ execution.id }} for that of this service',
  },
  {
    form: /^\$execution\b/,
    is: 'an expression of n8n',
    write: (path, place) =>
      `${write(`instance.${path.split('.').at(-1)}`, place)}, if the engine sends it in the payload`,
  },
  {
    form: /^\$workflow\b/,
    is: 'an expression of n8n',
    write: (path, place) => write(`flow.${path.split('.').at(-1)}`, place),
  },
  {
    form: /^\$vars\b/,
    is: 'an expression of n8n',
    write: (path, place) => write(`vars.${path.split('.').at(-1)}`, place),
  },
  {
    form: /^\$(?:env|secrets|credentials)\b/,
    is: 'an expression of n8n',
    write: (path) =>
      `write {{ secrets.${path.split('.').at(-1)} }}, with the secret in "secrets" of the request or in the service`,
  },
  {
    form: /^\$(?:node\b|\()/,
    is: 'an expression of n8n for the output of another node',
    write: (path, place) => write(path.replace(/^profile\./, 'vars.'), place),
  },
  { form: /^\$(?:itemIndex|runIndex|position)\b/, is: 'an expression of n8n', write: () => noMaker('index') },
  {
    form: /^\$(?:json|input|item|items|binary|prevNode|parameter|response|fromAI)\b/,
    is: 'an expression of n8n',
    write: writeValue,
  },
  // JSONPath, JUEL, Braze, Salesforce, Power Automate.
  { form: /^\$\.?\.[\w[*]|^\$\[/, is: 'a path of JSONPath', write: writeValue },
  {
    form: /^(?:[\w.]{0,60}\.)?\$\{/,
    is: 'an expression with "$" and braces, as in Braze, JUEL and shells',
    write: writeValue,
  },
  { form: /^#\{/, is: 'an expression with "#" and braces, as in JUEL', write: writeValue },
  { form: /^!\s?\$/, is: 'a merge field of Salesforce', write: writeValue },
  {
    form: /^@(?:index|key|first|last)\b/,
    is: 'a variable of Handlebars',
    write: () => 'write {{ forloop.index0 }} within {% for %}',
  },
  { form: /^@\./, is: 'a filter of JSONPath', write: writeValue },
  {
    form: /^@/,
    is: 'an expression of Power Automate',
    write: (path, place, isGuess) =>
      place.isCondition ? `write a comparison, such as ${path} == "ok"` : writeValue(path, place, isGuess),
  },
  {
    form: /^\$(?:if|ifEmpty|max|min|jmespath)\(/,
    is: 'a function of n8n',
    write: writeValue,
  },
  { form: /^\$\w/, is: 'a name with "$", as in PHP and shells', write: writeValue },
  // FEEL.
  {
    form: /^if\b.{1,150}\bthen\b/,
    is: 'an if of FEEL',
    write: () => 'write {% if profile.score > 50 %}a{% else %}b{% endif %}',
  },
  {
    form: /^switch ?\(/i,
    is: 'a function of Make or of spreadsheets',
    write: () => 'write {% case profile.plan %}{% when "pro" %}a{% else %}b{% endcase %}',
  },
  {
    form: /^(?:some|every) \w{1,40} in\b/,
    is: 'an expression of FEEL',
    write: () => 'write (profile.list | has: "name")',
  },
  {
    form: /^=(?!=)/,
    is: 'an expression that begins with "=", as in FEEL and n8n',
    write: () => 'leave out that sign, and compare with "=="',
  },
  // Handlebars and Mustache.
  {
    form: /^#\s?if\b/,
    isInBraces: true,
    is: 'a block of Handlebars',
    write: () => 'write {% if profile.name %}…{% else %}…{% endif %}',
  },
  {
    form: /^(?:#\s?unless\b|\^)/,
    isInBraces: true,
    is: 'a block of Handlebars or Mustache',
    write: () => 'write {% unless profile.name %}…{% endunless %}',
  },
  {
    form: /^#\s?(?:with|let)\b/,
    isInBraces: true,
    is: 'a block of Handlebars',
    write: () => 'write each name in full, as in {{ profile.address.city }}',
  },
  {
    form: /^#/,
    isInBraces: true,
    is: 'a block of Handlebars or Mustache',
    write: () =>
      'write {% for item in profile.list %}{{ item.name }}{% endfor %}, or {% if profile.name %}…{% endif %}',
  },
  {
    form: /^\/\s?\w/,
    isInBraces: true,
    is: 'the end of a block of Handlebars or Mustache',
    write: () => 'write {% endif %}, {% endfor %} or {% endunless %}',
  },
  {
    form: /^else\b/,
    isInBraces: true,
    is: 'a part of a block of Handlebars',
    write: () => 'write {% else %}, or {% elsif profile.name %}',
  },
  {
    form: /^>/,
    isInBraces: true,
    is: 'a partial of Handlebars or Mustache',
    write: () => 'write its text here: a template loads no other',
  },
  {
    form: /^(?:\{(?!\{)|&(?!&))/,
    isInBraces: true,
    is: 'a value of Handlebars or Mustache that is not escaped',
    write: (path) => `write {{ ${path} }}: values are escaped for the place where they land`,
  },
  {
    form: /^\.\.\//,
    isInBraces: true,
    is: 'a path of Handlebars to the object around',
    write: () => 'write the name in full, as in {{ profile.name }}',
  },
  {
    form: /^!(?:--|\s?[A-Za-z]{1,40}(?:\s|$))/,
    isInBraces: true,
    is: 'a comment of Handlebars or Mustache',
    write: () => 'write {% comment %}…{% endcomment %}, or leave it out',
  },
  // JavaScript.
  {
    form: /^(?:new Date\b|Date\.|DateTime\.|moment\b|now\(|utcNow\(|sysdate\b)/,
    is: 'an expression for the time',
    write: isoTime,
  },
  {
    form: /^(?:uuid|guid|newGuid|crypto\.randomUUID)\(/i,
    is: 'a function',
    write: () => 'write {{ execution.id }}, which is new for each execution',
  },
  { form: /^(?:random|Math\.random)\b/, is: 'a function', write: () => noMaker('random values') },
  {
    form: /^JSON\.stringify\(/,
    is: 'JavaScript',
    write: (path) => `write {{ ${path === 'profile.name' ? 'profile' : path} | json }}`,
  },
  {
    form: /^JSON\.parse\(/,
    is: 'JavaScript',
    write: () => 'leave it out: values of the payload and response.json are no texts',
  },
  {
    form: /^typeof\b/,
    is: 'JavaScript',
    write: () => 'compare the value itself, as in profile.score != nil',
  },
  { form: /^return\b/, is: 'JavaScript', write: () => 'leave out "return": the condition is one expression' },
  {
    form: /^if\b/,
    is: 'a statement of JavaScript',
    write: (_path, { isCondition }) =>
      isCondition
        ? 'leave out "if": the condition is one expression'
        : 'write {% if profile.name %}…{% endif %}',
  },
  { form: /^\/\//, is: 'a comment', write: () => 'leave it out' },
  {
    form: /^\/[^/]+\//,
    is: 'a regular expression',
    write: () => 'there are none here: write "contains", as in response.body contains "ok"',
  },
]
