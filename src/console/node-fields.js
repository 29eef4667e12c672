// @ts-check
import { formatCount } from './format.js'
import {
  addRow,
  changeRow,
  contentTypes,
  listOtherMembers,
  messagesAt,
  methods,
  readBodyMember,
  readBranches,
  readNumber,
  readResponse,
  readRows,
  readStructure,
  readText,
  removeRow,
  rowSources,
  setBodyMember,
  setMember,
  setResponse,
  setStructure,
} from './node-form.js'
import { Choice, Field, Messages, TextInput } from './parts.js'
import { useRowFocus } from './row-focus.js'
import { html, useRef } from './vendor/standalone.module.js'

/**
 * The form of a node, as workflow editors draw it.
 * @param {{ node: import('./node-form.js').Node, messages: readonly import('./parts.js').Message[], isClosed: boolean,
 *   onNode: (node: import('./node-form.js').Node) => void }} props `isClosed`: the form cannot be used, because the JSON is none.
 */
export function NodeFields({ node, messages, isClosed, onNode }) {
  const at = (/** @type {string} */ path, inside = true) => messagesAt(messages, `/node${path}`, inside)
  const setText = (/** @type {string} */ name) => (/** @type {string} */ text) =>
    onNode(setMember(node, name, text))
  const branches = readBranches(node)
  const others = listOtherMembers(node)
  return html`<fieldset class="node" disabled=${isClosed}>
    <legend>The node</legend>
    <div class="pair">
      <${Field} label="Id" messages=${at('/id')}>
        <${TextInput} value=${readText(node, 'id')} onText=${setText('id')} autocomplete="off" />
      <//>
      <${Field} label="Connection" messages=${at('/connection')}>
        <${TextInput} value=${readText(node, 'connection')} onText=${setText('connection')} autocomplete="off" />
      <//>
    </div>
    <div class="pair narrow-first">
      <${Field} label="Method" messages=${at('/method')}>
        <${Choice} value=${readText(node, 'method')} options=${methods.map((method) => [method])} onChoose=${setText('method')} />
      <//>
      <${Field} label="URL" messages=${at('/url')}>
        <${TextInput} value=${readText(node, 'url')} onText=${setText('url')} inputmode="url" spellcheck=${false} autocomplete="off" />
      <//>
    </div>
    <${Rows} title="URL parameters" item="parameter" list=${node.query} messages=${at('/query')} path="/node/query"
      onList=${(/** @type {unknown[]} */ list) => onNode(setMember(node, 'query', list))} />
    <${Rows} title="Headers" item="header" list=${node.headers} messages=${at('/headers')} path="/node/headers"
      onList=${(/** @type {unknown[]} */ list) => onNode(setMember(node, 'headers', list))} />
    <${BodyFields} node=${node} messages=${at('/body')} onNode=${onNode} />
    <${ResponseFields} node=${node} messages=${at('/expect')} onNode=${onNode} />
    <div class="pair">
      <${Field} label="Error handling" messages=${[...at('/onError'), ...at('/branches')]}>
        <${Choice} value=${readText(node, 'onError') || 'error'}
          options=${[
            ['error', `No (output ${branches.error})`],
            ['success', `Yes (output ${branches.success})`],
            ['exit', `Exit (output ${branches.exit})`],
          ]}
          onChoose=${setText('onError')} />
      <//>
      <${Field} label="Time limit in ms" messages=${at('/timeoutMs')}>
        <${TextInput} value=${readText(node, 'timeoutMs')} placeholder="10000" inputmode="numeric" autocomplete="off"
          onText=${(/** @type {string} */ text) => onNode(setMember(node, 'timeoutMs', readNumber(text)))} />
      <//>
    </div>
    ${others.length === 0 ? null : html`<p class="quiet">In the JSON only: ${others.join(', ')}.</p>`}
  </fieldset>`
}

/** With more rows than a person fills in, each key would take seconds. */
const mostRows = 100

/**
 * Rows of name, source and value.
 * @param {{ title: string, item: string, list: unknown, path: string, messages: readonly import('./parts.js').Message[],
 *   onList: (list: unknown[]) => void }} props
 */
function Rows({ title, item, list, path, messages, onList }) {
  const all = readRows(list)
  const rows = all.slice(0, mostRows)
  const { group, focusNew, focusBeside } = useRowFocus(rows.length)
  return html`<div class="rows" role="group" aria-label=${title} ref=${group}>
    <p class="label">${title}</p>
    <${Messages} messages=${messagesAt(messages, path, false)} />
    ${rows.map(({ name, source, value }, at) => {
      const place = `${item} ${at + 1}`
      const isFixed = source === 'literal'
      return html`<div class="row" key=${at}>
          <${TextInput} aria-label=${`Name of ${place}`} placeholder="name" value=${name} autocomplete="off" spellcheck=${false}
            onText=${(/** @type {string} */ text) => onList(changeRow(list, at, { name: text }))} />
          <${Choice} aria-label=${`Source of ${place}`} value=${source} options=${rowSources}
            onChoose=${(/** @type {string} */ chosen) => onList(changeRow(list, at, { source: chosen }))} />
          <${TextInput} aria-label=${`Value of ${place}`} placeholder=${source === 'value' ? 'text or {{ template }}' : 'attribute'} value=${value}
            autocomplete="off" spellcheck=${false} readonly=${isFixed} title=${isFixed ? 'Change it in the JSON.' : undefined}
            onText=${(/** @type {string} */ text) => onList(changeRow(list, at, { value: text }))} />
          <button type="button" aria-label=${`Remove ${place}`} onClick=${() => {
            focusBeside(at)
            onList(removeRow(list, at))
          }}>✕</button>
        </div>
        <${Messages} messages=${messagesAt(messages, `${path}/${at}`)} />`
    })}
    ${
      all.length > mostRows
        ? html`<p class="quiet">${formatCount(all.length - mostRows, item)} more in the JSON.</p>`
        : html`<button type="button" onClick=${() => {
            focusNew()
            onList(addRow(list))
          }}>Add ${item}</button>`
    }
  </div>`
}

/** @param {{ node: import('./node-form.js').Node, messages: readonly import('./parts.js').Message[], onNode: (node: import('./node-form.js').Node) => void }} props */
function BodyFields({ node, messages, onNode }) {
  const structure = readStructure(node)
  // What a structure held comes back with it.
  const bodies = useRef(/** @type {Record<string, unknown>} */ ({}))
  const choose = (/** @type {string} */ chosen) => {
    bodies.current = { ...bodies.current, [structure]: node.body }
    const before = chosen === '' ? undefined : bodies.current[chosen]
    onNode(before === undefined ? setStructure(node, chosen) : setMember(node, 'body', before))
  }
  const setBody = (/** @type {string} */ name) => (/** @type {unknown} */ value) =>
    onNode(setBodyMember(node, name, value))
  const hasType = structure === 'simple' || structure === 'full' || structure === 'json'
  const elsewhere = messages.filter(
    ({ path }) => !path?.startsWith('/node/body/fields') && path !== '/node/body/contentType',
  )
  return html`<div class="pair">
      <${Field} label="Body" messages=${elsewhere}
        hint=${['json', 'raw', 'multipart', 'binary'].includes(structure) ? 'Write its content in the JSON.' : undefined}>
        <${Choice} value=${structure}
          options=${[
            ['', 'none'],
            ['simple', 'simple: chosen fields'],
            ['full', 'full: all data, or one part'],
            ['json', 'JSON of your own'],
            ['raw', 'text of your own'],
          ]}
          onChoose=${choose} />
      <//>
      ${
        hasType
          ? html`<${Field} label="Content type" messages=${messagesAt(messages, '/node/body/contentType')}>
            <${Choice} value=${readText(/** @type {any} */ (node.body), 'contentType') || 'application/json'}
              options=${contentTypes.map((type) => [type])} onChoose=${setBody('contentType')} />
          <//>`
          : null
      }
      ${
        structure === 'full'
          ? html`<${Field} label="Part of the data">
            <${Choice} value=${readText(/** @type {any} */ (node.body), 'source')} onChoose=${setBody('source')}
              options=${[['', 'all'], ['profile'], ['event'], ['instance'], ['flow'], ['vars']]} />
          <//>`
          : null
      }
    </div>
    ${
      structure === 'simple'
        ? html`<${Rows} title="Fields of the body" item="field" list=${readBodyMember(node, 'fields')} path="/node/body/fields"
          messages=${messagesAt(messages, '/node/body/fields')} onList=${setBody('fields')} />`
        : null
    }`
}

/** @param {{ node: import('./node-form.js').Node, messages: readonly import('./parts.js').Message[], onNode: (node: import('./node-form.js').Node) => void }} props */
function ResponseFields({ node, messages, onNode }) {
  const { kind, value } = readResponse(node)
  const expects = useRef(/** @type {Partial<Record<string, unknown>>} */ ({}))
  const choose = (/** @type {string} */ chosen) => {
    expects.current = { ...expects.current, [kind]: node.expect }
    const before = chosen === 'default' ? undefined : expects.current[chosen]
    if (before !== undefined) return onNode(setMember(node, 'expect', before))
    set(chosen, chosen === 'status' ? '2xx' : '')
  }
  const hasOther = kind === 'other' || expects.current.other !== undefined
  const set = (/** @type {string} */ chosen, /** @type {string} */ text) =>
    onNode(setResponse(node, /** @type {import('./node-form.js').ResponseKind} */ (chosen), text))
  return html`<div class="pair">
    <${Field} label="Response handling" messages=${kind === 'status' || kind === 'string' ? [] : messages}>
      <${Choice} value=${kind}
        options=${[
          ['default', 'any status 2xx'],
          ['status', 'by status code'],
          ['string', 'by text'],
          ...(hasOther ? [['other', 'as the JSON says']] : []),
        ]}
        onChoose=${choose} />
    <//>
    ${
      kind === 'status'
        ? html`<${Field} label="Status codes" messages=${messages}>
          <${TextInput} value=${value} placeholder="200, 201, 4xx" autocomplete="off"
            onText=${(/** @type {string} */ text) => set(kind, text)} />
        <//>`
        : null
    }
    ${
      kind === 'string'
        ? html`<${Field} label="Text in the response" messages=${messages}>
          <${TextInput} value=${value} autocomplete="off" onText=${(/** @type {string} */ text) => set(kind, text)} />
        <//>`
        : null
    }
  </div>`
}
