import { type Advice, isoTime, noMaker, now, write, writeValue } from './advice.ts'

/** How another tool writes expressions. */
export interface ForeignForm {
  readonly form: RegExp
  /** Whether the form has another meaning where there are no braces. */
  readonly isInBraces?: true
  /** What the expression is in the words of the tool, as the predicate of a sentence. */
  readonly is: string
  readonly write: Advice
}

/** The forms, the special ones first. */
export const forms: readonly ForeignForm[] = [
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
  {
    form: /^(?:JSON\.stringify\(\s?)?(?:msg|payload|inputs?|inputData|bundle|ctx|context|trigger|\$json|\$input)(?:\.(?:payload|body|data|json|inputData|item|items|first\(\)|last\(\)|all\(\)|cleanedRequest))*\s?(?:,[^()]{0,20})?\)?\s?(?:\|\s?(?:json|to_?json|dump|jsonify|stringify)(?:\(\))?\s?)?$/i,
    isInBraces: true,
    is: 'all of the data in other tools',
    write: (_path, { hasResponse }) =>
      hasResponse
        ? 'write {{ response.json }} for the JSON of the response'
        : 'write {{ profile }} or {{ event }}, or "body": { "structure": "full" } for all of the payload',
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
    form: /^\$(?:\(["'][^"']{0,60}["']\)|node\[["'][^"']{0,60}["']\]|items\(["'][^"']{0,60}["']\))(?:\[\d{1,4}\])?(?:\.(?:item|json|first\(\)|last\(\)|all\(\))){0,3}\s?(?:$|\|)/,
    is: 'all of the output of another node in n8n',
    write: (_path, place) =>
      `an earlier node names the values that later ones need in "capture": ${write('vars.name', place)} for one of them${place.isCondition ? '' : ', or {{ vars }} for all'}`,
  },
  {
    form: /^\$(?:node\b|\(|items\()/,
    is: 'an expression of n8n for the output of another node',
    write: (path, place) => write(path.replace(/^profile(?=[.[])/, 'vars'), place),
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
  {
    form: /^@?\{?variables\(["']/,
    is: 'an expression of Power Automate',
    write: (_path, place) => write('vars["…"]', place),
  },
  {
    form: /^@?\{?parameters\(["']/,
    is: 'a parameter of Power Automate or Logic Apps',
    write: (_path, place) =>
      `write the constant itself, or ${write('flow["…"]', place).replace('write ', '')} if the engine sends it in "flow" of the payload`,
  },
  {
    form: /^@?\{?workflow\(\)/,
    is: 'an expression of Power Automate for the workflow',
    write: (_path, place) =>
      `${write('flow.name', place)} for its name, or ${write('instance.id', place).replace('write ', '')} for its run`,
  },
  {
    form: /^@?\{?(?:actions|result|activity)\(["']|^@?\{?action\(\)/,
    is: 'an expression of Power Automate or Data Factory for the output of another action',
    write: (path, place) => write(path.replace(/^profile(?=[.[])/, 'vars'), place),
  },
  {
    form: /^@?\{?trigger\(\)/,
    is: 'an expression of Power Automate for what started the flow',
    write: (path, place) => write(path.replace(/^profile(?=[.[])/, 'event'), place),
  },
  {
    form: /^@?\{?item\(\)/,
    is: 'the item of a loop in Power Automate',
    write: (_path, { isCondition }) =>
      isCondition
        ? 'write (profile.list | has: "name", "x")'
        : 'write {% for item in profile.list %}{{ item.name }}{% endfor %}',
  },
  {
    form: /^@?\{?iterationIndexes\(/,
    is: 'the index of a loop in Power Automate',
    write: () => 'write {{ forloop.index0 }} within {% for %}',
  },
  {
    form: /^@?\{?pipeline\(\)/,
    is: 'an expression of Data Factory for the pipeline',
    write: (path, place) =>
      /\.run/i.test(path)
        ? write('instance.id', place)
        : write(path.replace(/^profile(?=[.[])/, 'flow'), place),
  },
  {
    form: /^@?\{?appsetting\(["']/i,
    is: 'a setting of Logic Apps',
    write: (_path, { isCondition }) =>
      isCondition
        ? 'write the constant itself'
        : 'write the constant itself, or {{ secrets.NAME }} for a secret',
  },
  {
    form: /^@?\{?listCallbackUrl\(/,
    is: 'a function of Logic Apps',
    write: () => noMaker('addresses for callbacks'),
  },
  {
    form: /^(?:triggerBody|triggerOutputs|triggerFormDataValue|outputs|items|body|actionBody|actionOutputs)\((?:["'][^"']{0,60}["'])?\)\??(?:\[|$)/,
    is: 'an expression of Power Automate',
    write: writeValue,
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
    write: (path, _place, isGuess) =>
      `write {% if ${isGuess ? 'profile.name' : path} %}…{% else %}…{% endif %}`,
  },
  {
    form: /^(?:#\s?unless\b|\^)/,
    isInBraces: true,
    is: 'a block of Handlebars or Mustache',
    write: (path, _place, isGuess) => `write {% unless ${isGuess ? 'profile.name' : path} %}…{% endunless %}`,
  },
  {
    form: /^#\s?(?:with|let)\b/,
    isInBraces: true,
    is: 'a block of Handlebars',
    write: () => 'write each name in full, as in {{ profile.address.city }}',
  },
  {
    form: /^#\s?each\b/,
    isInBraces: true,
    is: 'a loop of Handlebars',
    write: (path, _place, isGuess) =>
      `write {% for item in ${isGuess ? 'profile.list' : path} %}{{ item.name }}{% endfor %}; {{ item }} is the item itself`,
  },
  {
    form: /^#/,
    isInBraces: true,
    is: 'a block of Handlebars or Mustache',
    write: () =>
      'write {% for item in profile.list %}{{ item.name }}{% endfor %}, or {% if profile.name %}…{% endif %}',
  },
  {
    form: /^(?:\.\.\/)*this(?:\.|$)/,
    isInBraces: true,
    is: 'the item of a loop of Handlebars',
    write: (path) =>
      `write its name in the loop, as in {% for item in profile.list %}{{ item.name }}{% endfor %}, and {{ ${path} }} outside of a loop`,
  },
  {
    form: /^\/\s?if\b/,
    isInBraces: true,
    is: 'the end of a block of Handlebars',
    write: () => 'write {% endif %}',
  },
  {
    form: /^\/\s?unless\b/,
    isInBraces: true,
    is: 'the end of a block of Handlebars',
    write: () => 'write {% endunless %}',
  },
  {
    form: /^\/\s?each\b/,
    isInBraces: true,
    is: 'the end of a loop of Handlebars',
    write: () => 'write {% endfor %}',
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
