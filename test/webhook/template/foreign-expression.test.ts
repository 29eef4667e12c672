import { describe, expect, it } from 'vitest'
import { filtersElsewhere } from '../../../src/webhook/template/elsewhere/filters-elsewhere.ts'
import { callsElsewhere } from '../../../src/webhook/template/syntax-hint.ts'
import { complaint, listErrors } from '../support/nodes.ts'

const inRequest = (text: string) => complaint({ query: [{ name: 'q', value: text }] })
const inExpect = (value: string) => complaint({ expect: { type: 'condition', value } })
const inCapture = (text: string) => complaint({ capture: { v: text } })
const others = ', or event, instance, flow or vars in place of profile'
const isoTime = '{{ "now" | date: "%Y-%m-%dT%H:%M:%SZ" }}'
const noFunctions = 'unexpected "(" (there are no functions, only filters behind a value: write'
const wholePayload =
  'it is all of the data in other tools; write {{ profile }} or {{ event }}, or "body": { "structure": "full" } for all of the payload.'
const handlebars = 'it is a block of Handlebars'

const templates: readonly (readonly [text: string, said: string])[] = [
  // Make and Zapier.
  ['{{1.email}}', `it is a reference of Make to one of its modules; write {{ profile.email }}${others}.`],
  ['{{ 12.data.address.city }}', `write {{ profile.address.city }}${others}.`],
  ['{{ifempty(1.name; "x")}}', `${noFunctions} profile.name | default: "x").`],
  ['{{if(1.a = 1; "x"; "y")}}', 'write {% if profile.a == 1 %}…{% else %}…{% endif %}.'],
  ['{{upper(profile.name)}}', `${noFunctions} profile.name | upcase).`],
  ['{{123__email}}', `it is a field of Zapier, of a step before; write {{ profile.email }}${others}.`],
  ['{{123__address__city}}', `write {{ profile.address.city }}${others}.`],
  ['{{bundle.inputData.email}}', 'elsewhere it is the bundle of Zapier. Did you mean "profile.email"?'],
  // All of the data at once.
  ...[
    '{{msg.payload}}',
    '{{ payload }}',
    '{{ $json }}',
    '{{ $json.body }}',
    '{{ inputs }}',
    '{{ trigger.body }}',
  ].map((text) => [text, wholePayload] as const),
  ['{{ JSON.stringify($json) }}', wholePayload],
  ['{{ bundle.inputData | json }}', wholePayload],
  ['{{ trigger.email }}', 'Did you mean "event.email"?'],
  // Power Automate without its sign.
  ["{{ triggerBody()?['email'] }}", `an expression of Power Automate; write {{ profile["…"] }}${others}.`],
  ["{{ triggerOutputs()?['body/email'] }}", `write {{ profile["…"] }}${others}.`],
  ["{{ variables('x') }}", 'an expression of Power Automate; write {{ vars["…"] }}.'],
  [
    "{{ parameters('x') }}",
    'write the constant itself, or {{ flow["…"] }} if the engine sends it in "flow" of the',
  ],
  [
    "{{ parameters('x')['y'] }}",
    'it is a parameter of Power Automate or Logic Apps; write the constant itself',
  ],
  ["{{ @parameters('x') }}", 'it is a parameter of Power Automate or Logic Apps; write the constant itself'],
  ['{{ workflow().name }}', 'write {{ flow.name }} for its name, or {{ instance.id }} for its run.'],
  [
    "{{ workflow()['run']['name'] }}",
    'write {{ flow.name }} for its name, or {{ instance.id }} for its run.',
  ],
  ['{{ workflow() }}', 'it is an expression of Power Automate for the workflow; write {{ flow.name }}'],
  ['{{ trigger().outputs.body.x }}', 'for what started the flow; write {{ event.x }}.'],
  ["{{ actions('A').outputs.body.id }}", 'for the output of another action; write {{ vars.id }}.'],
  ["{{ activity('A').output.y }}", 'for the output of another action; write {{ vars.y }}.'],
  ["{{ result('A') }}", 'for the output of another action; write {{ vars.name }}.'],
  ["{{ item()?['x'] }}", 'write {% for item in profile.list %}{{ item.name }}{% endfor %}.'],
  ["{{ iterationIndexes('A') }}", 'write {{ forloop.index0 }} within {% for %}.'],
  ['{{ pipeline().parameters.x }}', 'an expression of Data Factory for the pipeline; write {{ flow.x }}.'],
  ['{{ pipeline().RunId }}', 'an expression of Data Factory for the pipeline; write {{ instance.id }}.'],
  ["{{ appsetting('x') }}", 'write the constant itself, or {{ secrets.NAME }} for a secret.'],
  ['{{ listCallbackUrl() }}', 'the service makes no addresses for callbacks: the engine sends it'],
  // All of the output of another node in n8n.
  ...[
    "{{ $('Form').item.json }}",
    '{{ $("Form").first().json }}',
    "{{ $('Form').all() }}",
    "{{ $('Form').item }}",
    "{{ $node['Form'].json }}",
    "{{ $items('Form') }}",
  ].map(
    (text) => [text, 'in "capture": write {{ vars.name }} for one of them, or {{ vars }} for all.'] as const,
  ),
  ["{{ $node['Form'].json['email'] }}", 'the output of another node; write {{ vars["…"] }}.'],
  ["{{ $items('Form')[0].json.a }}", 'the output of another node; write {{ vars.a }}.'],
  [
    '{{ profile.name | replace: /a/g, "b" }}',
    'there are no regular expressions; write the text itself in quotes',
  ],
  // Postman and Insomnia.
  ['{{$guid}}', 'it is a variable of Postman; write {{ execution.id }}, which is new for each execution.'],
  ['{{$timestamp}}', 'it is a variable of Postman; write {{ "now" | date: "%s" }}.'],
  ['{{$isoTimestamp}}', `it is a variable of Postman; write ${isoTime}.`],
  [
    '{{$randomInt}}',
    'the service makes no random values: the engine sends it in the payload, as {{ vars.NAME }}.',
  ],
  ['{{ _.base_url }}', 'elsewhere it is the environment of Insomnia. Did you mean "profile.base_url"?'],
  ['{% uuid "v4" %}', 'Write {{ execution.id }}, which is new for each execution.'],
  // n8n.
  ['={{ $json.email }}', `it is an expression of n8n; write {{ profile.email }}${others}.`],
  ['={{$json["a b"]}}', `it is an expression of n8n; write {{ profile["…"] }}${others}.`],
  [
    '{{ $node["x"].json.y }}',
    'it is an expression of n8n for the output of another node; write {{ vars.y }}.',
  ],
  [
    '{{ $json.tags.map(t => t.name).join(", ") }}',
    `write {{ profile.tags | map: "name" | join: ", " }}${others}.`,
  ],
  ['={{ $json.a }}', 'Leave out the "=" before the text, too: it would be sent.'],
  ['{{ $json.items[0].name }}', `write {{ profile.items[0].name }}${others}.`],
  ['{{ $json.items.length }}', `write {{ profile.items.size }}${others}.`],
  ['{{ $json.list.first().name }}', `write {{ profile.list.first.name }}${others}.`],
  ['{{ $json.name || "x" }}', `write {{ profile.name | default: "…" }}${others}.`],
  ['{{ $json.vip ? "a" : "b" }}', `write {% if profile.vip %}…{% else %}…{% endif %}${others}.`],
  ['{{ 1.items[2].name }}', `write {{ profile.items[1].name }}${others}.`],
  ['{{ $json.email.toLowerCase() }}', `write {{ profile.email | downcase }}${others}.`],
  [
    '{{ $now.minus({ days: 7 }).toISO() }}',
    'write {{ "now" | date: "%s" | minus: 604800 | date: "%Y-%m-%dT%H:%M:%SZ" }}.',
  ],
  ['{{ $now.toFormat("yyyy-MM-dd") }}', 'write {{ "now" | date: "%Y-%m-%d" }}.'],
  ['{{get(map(1.items; "id"); 1)}}', 'write {{ profile.list | where: "name", "x" | map: "value" | first }}.'],
  ['{{map(1.items; "id")}}', 'write {{ profile.items | map: "…" }}.'],
  ['{{ROUND(profile.a; 2)}}', `${noFunctions} profile.name | round: 2).`],
  [
    '{{ profile.items[?(@.id==1)].name }}',
    'it is a filter of JSONPath; write {% assign found = profile.items | where: "id", 1 | first %}{{ found.name }}.',
  ],
  ["{{ $('x').item.json.y }}", 'for the output of another node; write {{ vars.y }}.'],
  ['{{ $now.toISO() }}', `it is an expression of n8n; write ${isoTime}.`],
  [
    '{{ $env.KEY }}',
    'write {{ secrets.KEY }}, with the secret in "secrets" of the request or in the service.',
  ],
  ['{{ $vars.x }}', 'it is an expression of n8n; write {{ vars.x }}.'],
  ['{{ $workflow.name }}', 'it is an expression of n8n; write {{ flow.name }}.'],
  // Braze, Salesforce, Power Automate, JUEL, PHP and JSONPath.
  [`{{\${first_name}}}`, `as in Braze, JUEL and shells; write {{ profile.first_name }}${others}.`],
  [`{{custom_attribute.\${plan} | default: "x"}}`, `write {{ profile.plan }}${others}.`],
  ['{{!$Record.Email}}', `it is a merge field of Salesforce; write {{ profile.Email }}${others}.`],
  [
    '{{ @triggerBody().email }}',
    `it is an expression of Power Automate; write {{ profile.email }}${others}.`,
  ],
  ['{{ $profile.x }}', 'it is a name with "$", as in PHP and shells; write {{ profile.x }}.'],
  ['{{ $.x }}', `it is a path of JSONPath; write {{ profile.x }}${others}.`],
  ['{{ $.event.x }}', 'it is a path of JSONPath; write {{ event.x }}.'],
  // Handlebars and Mustache.
  ['{{#if profile.a}}x{{/if}}', `${handlebars}; write {% if profile.a %}…{% else %}…{% endif %}.`],
  ['{{#each profile.tags}}x{{/each}}', 'write {% for item in profile.tags %}{{ item.name }}{% endfor %}'],
  ['{{^profile.a}}x{{/profile.a}}', 'write {% unless profile.a %}…{% endunless %}.'],
  ['{{/if}}', 'write {% endif %}.'],
  ['{{/each}}', 'write {% endfor %}.'],
  ['{{/profile.a}}', 'write {% endif %}, {% endfor %} or {% endunless %}.'],
  ['{{else}}', 'write {% else %}, or {% elsif profile.name %}.'],
  [
    '{{{profile.a}}}',
    'that is not escaped; write {{ profile.a }}: values are escaped for the place where they land.',
  ],
  ['{{> partial}}', 'a template loads no other'],
  [
    '{{! hidden }}',
    'it is a comment of Handlebars or Mustache; write {% comment %}…{% endcomment %}, or leave it out.',
  ],
  ['{{../name}}', 'write the name in full, as in {{ profile.name }}.'],
  ['{{@index}}', 'it is a variable of Handlebars; write {{ forloop.index0 }} within {% for %}.'],
  ['{{this.email}}', 'it is the item of a loop of Handlebars; write its name in the loop, as in {% for item'],
  ['{{this.email}}', 'and {{ profile.email }} outside of a loop.'],
  // Jinja and Twig.
  ['{% set x = 1 %}', 'The tag {% set %} is not available. Write {% assign name = profile.name %}.'],
  ['{% macro x() %}', 'A template loads no other and has no parts: write the text here.'],
  ['{{ profile.x | tojson }}', 'there is no filter "tojson" (write json).'],
  [
    "{{ profile.x | default('x', true) }}",
    'unexpected "(" (write the arguments behind a colon, as in default: "text").',
  ],
  ['{{ profile.x | join(",") }}', 'as in join: ", ").'],
  ['{{ profile.x | upcase() }}', 'unexpected "(" (leave out the parentheses).'],
  ['{{ profile.a if profile.b else "x" }}', '(write {% if a %}b{% else %}c{% endif %}).'],
  ['{{ "a" ~ profile.b }}', '(write a | append: b; there are no regular expressions).'],
  ['{{ loop.index }}', 'Within {% for %} it is called forloop, as in forloop.index.'],
  // JavaScript and the wrappers of others.
  [
    '{{ profile.name.toUpperCase() }}',
    '(values have no methods, only filters behind a value: write profile.name | upcase).',
  ],
  ['{{ new Date() }}', `it is an expression for the time; write ${isoTime}.`],
  ['{{ JSON.stringify(profile) }}', 'it is JavaScript; write {{ profile | json }}.'],
  ['{{ payload.x }}', 'Did you mean "profile.x"?'],
  ['{{ msg.payload.x }}', 'elsewhere it is the message of Node-RED. Did you mean "profile.x"?'],
  ['{{ steps.trigger.event.email }}', 'Did you mean "event.email"?'],
  ['{{ steps.lookup.id }}', 'Did you mean "vars.id"?'],
  ['{{ env.KEY }}', 'Write a secret as {{ secrets.NAME }}, in auth, url, query, headers or body'],
  ['{% $states.input.email %}', 'is JSONata, as in AWS Step Functions: write a placeholder of Liquid'],
  [
    '{{ profile.a | split: "," [1] }}',
    'an index behind an argument belongs to the argument alone; write {% assign',
  ],
  [
    '{{ jsonpath "$.a" }}',
    'it is an assertion with a path; write the path itself, as in {{ profile.data[0].id }}.',
  ],
  ['{{ $credentials.token }}', 'write {{ secrets.token }}, with the secret in "secrets"'],
  ['{{ $execution.resumeUrl }}', 'write {{ instance.resumeUrl }}, if the engine sends it in the payload.'],
  // Filters.
  ['{{ profile.x | toUpper }}', '(write upcase).'],
  ['{{ profile.x | lowercase }}', '(write downcase).'],
  ['{{ profile.x | toISOString }}', '(write date: "%Y-%m-%dT%H:%M:%SZ").'],
  ['{{ profile.x | raw }}', '(leave it out: values are escaped for the place where they land).'],
  ['{{ profile.x | md5 }}', '(the filters for hashes are sha256 and hmac_sha256: "key").'],
  // Names and braces.
  ['{{ profile.first name }}', 'in brackets and quotes, as in profile["first name"]).'],
  ['{{ }}', 'An empty expression is invalid: expected a value at the end, as in {{ profile.email }}.'],
  ['a\nb {{ profile.a }', 'The "{{" at line 2, column 3 is not closed: write "}}" behind its expression.'],
]

const conditions: readonly (readonly [text: string, said: string])[] = [
  ['response.status === 200', '(write "==").'],
  ['response.status !== 200', '(write "!=").'],
  ['response.status == 200 && response.json.ok', '(write "and").'],
  ['response.status == 200 || response.json.ok', '(write "or").'],
  ['!response.json.error', '(write "not").'],
  ['response.json.items.length() > 0', 'write (profile.list | size)).'],
  ['response.body.includes("ok")', '(write a contains b).'],
  ['contains(response.body, "ok")', '(write a contains b).'],
  ['and(response.json.a, response.json.b)', '(write a and b).'],
  [
    'response.json?.data?.id == 1',
    'Liquid has no operator "?.": write response.json.data.id, which is empty where a part is missing.',
  ],
  ['response.json.a[0].status === 1', 'In Liquid it is: response.json.a[0].status == 1'],
  ['response.json.state == ok', '"ok" is not a variable. A text needs quotes. Variables begin'],
  ['{{ 1.ok }} = true', 'without braces, as in profile.score > 50'],
  ['{{ 1.ok }} = true', 'In Liquid it is: response.json.ok == true'],
  ['response.body =~ /ok/', '(write "contains": there are no regular expressions).'],
  [
    '/ok/.test(response.body)',
    'it is a regular expression; there are none here: write "contains", as in response.body contains "ok".',
  ],
  ['response.status in [200, 201]', 'repeat the comparison: a == 1 or a == 2).'],
  ['response.status == 2xx', '(write a >= 200 and a <= 299).'],
  ['response.status == "2xx"', 'and a class such as 2xx as a >= 200 and a <= 299.'],
  ['= response.status = 200', 'as in FEEL and n8n; leave out that sign, and compare with "==".'],
  ['if response.json.a then true else false', 'it is an if of FEEL; write {% if'],
  [
    'some x in response.json.list satisfies x.ok',
    'it is an expression of FEEL; write (profile.list | has: "name").',
  ],
  ['$response.body#/ok == true', 'write response.json.ok.'],
  ['$response.body#/status == "ok"', 'write response.json.status.'],
  [
    '{{ $json.ok }}',
    'A condition must be written without braces. "$json.ok" is invalid: it is an expression of n8n; write response.json.ok.',
  ],
  ['{{ response.json.ok }}', 'A condition must be written without braces, as in "response.json.ok".'],
  [
    '@equals(outputs("HTTP")["statusCode"], 200)',
    'it is an expression of Power Automate; write a comparison, such as response.json.name == "ok".',
  ],
  [
    'pm.response.code === 200',
    'it is a script of Postman; write one comparison, such as response.status == 200.',
  ],
  ['return response.json.ok', 'leave out "return": the condition is one expression.'],
  ['response.json.a == 1;', '(leave it out: a placeholder or condition is one expression).'],
  ['body.ok == true', 'Did you mean "response.json.ok"?'],
  ["response.json.a == 'it's'", 'between quotes of the other kind, as in "it\'s").'],
  ['response.json.at > now()', '(write "now" | date: "%Y-%m-%d").'],
  ['new Date() > response.json.at', 'write ("now" | date: "%Y-%m-%dT%H:%M:%SZ").'],
  ['response.json.a exists', '(write a != nil).'],
  ['isEmpty(response.json.a)', '(write a == empty).'],
]

const captures: readonly (readonly [text: string, right: string])[] = [
  ['$json.data.id', 'response.json.data.id'],
  ['$json.body.id', 'response.json.id'],
  ['$json.statusCode', 'response.status'],
  ['$json.headers.Location', 'response.headers.location'],
  ['$json["a b"]', 'response.json["…"]'],
  ['$json.data.id.toString()', 'response.json.data.id'],
  ['$json.data.id || "x"', 'response.json.data.id | default: "…"'],
  ['$json.items.map(i => i.id).join(",")', 'response.json.items | map: "id" | join: ","'],
]

describe('an expression of another tool', () => {
  it.each(captures)('is named in a captured value: %s', (text, right) => {
    expect(inCapture(`{{ ${text} }}`)).toContain(`it is an expression of n8n; write {{ ${right} }}.`)
  })

  it.each(templates)('is named with what to write: %s', (text, said) => {
    expect(inRequest(text)).toContain('/node/query/0/value: ')
    expect(inRequest(text)).toContain(said)
  })

  it.each(conditions)('is named in a condition: %s', (text, said) => {
    expect(inExpect(text)).toContain('/node/expect/value: ')
    expect(inExpect(text)).toContain(said)
  })

  it('leads to the response where there is one', () => {
    expect(inCapture('{{ $json.id }}')).toContain('write {{ response.json.id }}.')
    expect(inCapture('{{ $response.statusCode }}')).toContain('write {{ response.status }}.')
    expect(inCapture('{{ $json.constructor }}')).toContain('write {{ response.json.constructor }}.')
    expect(inCapture('{{ $.profile.id }}')).toContain('write {{ profile.id }}.')
  })

  it('shows placeholders and tags that are accepted', () => {
    const messages = [
      ...templates.map(([text]) => inRequest(text)),
      ...conditions.map(([text]) => inExpect(text)),
    ]
    const examples = messages.flatMap((message) => {
      const advice =
        message
          ?.split(/; write|[Ww]rite| as in| or (?=\{)/)
          .slice(1)
          .join(' ') ?? ''
      return advice.match(/\{[{%].*[%}]\}/g) ?? []
    })

    expect(examples.length).toBeGreaterThan(30)
    for (const example of new Set(examples.flatMap(asTemplates)))
      expect(inRequest(example), example).toBeUndefined()
  })

  it('repeats no text between quotes', () => {
    for (const text of ['{{ $json["mysecret"] }}', "{{ $('mysecret').x }}", '{{ if(1.a = "mysecret") }}'])
      expect(inRequest(text)).not.toContain('mysecret')
  })

  it.each(Object.entries(filtersElsewhere))('has a filter that exists: %s: %s', (name, filter) => {
    expect(inRequest(`{{ profile.x | ${filter} }}`)).toBeUndefined()
    expect(inRequest(`{{ profile.x | ${name} }}`)).toContain(`(write ${filter})`)
  })

  it.each([...callsElsewhere])('has an operator that exists: %s', (name, { text, isOperator }) => {
    const [first = ''] = text.split(/: there|, or /)
    const path = first.replace('the path, as in ', '').replaceAll(/\b[ab]\b(?!")/g, 'profile.$&')

    expect(inRequest(isOperator ? `{% if ${path} %}x{% endif %}` : `{{ ${path} }}`), path).toBeUndefined()
    expect(inExpect(`profile.${name}(response.json.a) > 1`)).toContain(`write ${text}`)
  })

  it('is no expression where templates are none', () => {
    expect(listErrors({ templates: 'none', query: [{ name: 'q', value: '{{#if 1.email}}' }] })).toEqual([])
  })
})

/** Complete templates of an example: `…` is a text, blocks are opened and closed. */
function asTemplates(example: string): string[] {
  if (/^\{% (?:else|endif)/.test(example))
    return [`{% if profile.a %}${example.split(',')[0]}{% endif %}`].filter(
      (text) => !text.includes('{% endif %}{% endif'),
    )
  if (example.includes('forloop') || /^\{% end\w+ %\}/.test(example)) return []
  return [
    example
      .replaceAll('["…"]', '["a"]')
      .replaceAll(/\b([abc])\b(?=[ %}])/g, 'profile.$1')
      .replace(/\{% (?:elsif|for) %\}/g, ''),
  ]
}

describe('half a character', () => {
  it('in a header is called that', () => {
    expect(complaint({ headers: [{ name: 'X-A', value: 'a\ud83d' }] })).toBe(
      '/node/headers/0/value: contains U+FFFD, which stands for half a character such as \\ud83d alone; write the whole character, and encode it, for example with the filter url_encode',
    )
  })
})
