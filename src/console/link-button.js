// @ts-check
import { maxLinkCharacters, writeFragment } from './fragment.js'
import { copyText } from './parts.js'
import { withoutSecrets } from './share.js'
import { html, useEffect, useState } from './vendor/standalone.module.js'

/**
 * A link to this page that holds the node. Made when it is asked for, after the preview has said which values are credentials.
 * @param {{ node: Record<string, unknown> | null, messages: readonly import('./parts.js').Message[], secrets: readonly import('./draft.js').Secret[], isKnown: boolean }} props
 */
export function LinkButton({ node, messages, secrets, isKnown }) {
  const [shown, setShown] = useState(
    /** @type {{ link: string, omitted: readonly string[], copied: boolean } | 'too_long' | null} */ (null),
  )
  useEffect(() => setShown(null), [node])
  const make = async () => {
    if (node === null) return
    const warned = messages.flatMap(({ code, path }) =>
      code === 'credential_in_url' && path !== null ? [path] : [],
    )
    const shared = withoutSecrets(node, { secrets: secrets.map(({ value }) => value), warned })
    const link = new URL(writeFragment({ view: 'try', shared }), location.href).href
    if (link.length > maxLinkCharacters) return setShown('too_long')
    setShown({ link, omitted: shared.omitted, copied: (await copyText(link)) === 'copied' })
  }
  return html`<button type="button" disabled=${node === null || !isKnown} onClick=${make}>Copy a link</button>
    <div role="status" class="link">
      ${shown === 'too_long' ? html`<p>The node is too large for a link. Copy it as a node.</p>` : null}
      ${
        shown === null || shown === 'too_long'
          ? null
          : html`<p>${shown.copied ? 'Copied.' : 'Copy it from here.'}${' '}
              ${
                shown.omitted.length === 0
                  ? 'It holds the node, and neither data nor secrets of the call.'
                  : html`It holds the node without credentials. Left out: ${shown.omitted.map((path) => html`<code>${path}</code>${' '}`)}`
              }
              ${' '}A credential that stands in the middle of a text stays: look before you pass it on.</p>
            <input readonly aria-label="Link" value=${shown.link} onFocus=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => currentTarget.select()} />`
      }
    </div>`
}
