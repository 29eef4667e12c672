import { type Body, defaults } from '../../contract/node.ts'
import type { Compiler } from '../template/compiler.ts'
import type { CompiledBody } from './compiled-body.ts'
import { compileFile } from './file.ts'
import { utf8 } from './request-charset.ts'

const path = '/node/body'
const name = 'file'

/** Compiles a body that is one file. */
export function compileBinary(
  body: Extract<Body, { structure: 'binary' }>,
  compiler: Compiler,
): CompiledBody {
  const file = compileFile({ ...body, name }, path, 'The body has', compiler)
  return {
    contentType: body.contentType ?? defaults.fileType,
    form: 'bytes',
    charset: utf8,
    valuesPath: `${path}/field`,
    listNames: () => [],
    render(session) {
      const rendered = file.render(session, new Map())
      if (rendered === null) throw new TypeError('a file without "when" is never left out')
      const { bytes, contentType } = rendered
      const piece = { ...rendered, name: session.standIn(name, name) }
      return { wire: '', display: [piece], carriesStored: false, bytes, contentType }
    },
  }
}
