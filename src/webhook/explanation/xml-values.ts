import { withoutMarkup } from '../statement/markup-statement.ts'

/** A value of XML under the name of its element or attribute. */
export interface XmlValue {
  readonly name: string
  /** Null for an element that has others within. */
  readonly value: string | null
}

const maxLength = 65_536
const maxElements = 300

/** Lists the elements and attributes of XML by their local names, without the envelope of SOAP. */
export function listXmlValues(xml: string): readonly XmlValue[] {
  const found: XmlValue[] = []
  for (const [, name = '', attributes = '', value = '', end] of xml
    .slice(0, maxLength)
    .matchAll(element)
    .take(maxElements)) {
    for (const [, own = '', quoted = ''] of attributes.slice(0, maxAttributes).matchAll(attribute))
      if (!own.startsWith('xmlns')) found.push({ name: own, value: quoted })
    if (ofEnvelope.test(name)) continue
    found.push({
      name,
      value: end?.startsWith('</') || attributes.endsWith('/') ? withoutMarkup(value.trim()) : null,
    })
  }
  return found
}

const maxAttributes = 500
/** The name of an element, its attributes, the text behind it, and how the next tag begins. */
const element =
  /<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,60})((?:\s[^<>]{0,500})?\/?)>(?:<!\[CDATA\[)?([^<\]]{0,4096})(?:\]\]>)?(?=(<\/?)?)/g
const attribute = /\s([A-Za-z_][\w.:-]*)="([^"<]*)"/g
const ofEnvelope = /^(?:Envelope|Body|Header)$/
