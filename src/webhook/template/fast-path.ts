import {
  type Emitter,
  type Expression,
  type Filter,
  LiquidError,
  Output,
  RenderError,
  type Template,
  TypeGuards,
  toValueSync,
} from 'liquidjs'
import { type Path, valueAt } from '../values/lookup.ts'
import { explainFailure, refuseNoNumber } from './filter-failure.ts'
import { engine, SecretTag } from './liquid-engine.ts'
import type { RenderContext } from './render-context.ts'

/** Writes one part of a template. */
export type Step = (context: RenderContext, emitter: Emitter) => void

/**
 * The steps of a template that consists of text, secrets, and paths through filters with constant arguments; null for any
 * other template. The steps avoid the generators of LiquidJS.
 */
export function compileFastPath(templates: readonly Template[]): readonly Step[] | null {
  const steps = templates.map(compileStep)
  return steps.every((step) => step !== null) ? steps : null
}

function compileStep(template: Template): Step | null {
  const { token } = template
  if (TypeGuards.isHTMLToken(token)) {
    const text = token.getContent()
    return (_context, emitter) => emitter.write(text)
  }
  if (template instanceof SecretTag) return reporting((...place) => template.render(...place), template)
  return template instanceof Output ? outputStep(template) : null
}

type Evaluate<Input> = (input: Input, context: RenderContext) => unknown

function outputStep(output: Output): Step | null {
  const path = initialPath(output.value.initial)
  const filters = output.value.filters.map(compileFilter)
  if (path === null || !filters.every((filter) => filter !== null)) return null
  const write: Step = (context, emitter) => {
    let value = valueAt(context.variables, path) ?? context.lookUp(path)
    for (const filter of filters) value = filter(value, context)
    emitter.write(value)
  }
  return reporting(write, output)
}

/** Wraps errors in the same way as LiquidJS, so that errors of a template differ from bugs of the service. */
function reporting(step: Step, template: Template): Step {
  return (context, emitter) => {
    try {
      step(context, emitter)
    } catch (error) {
      throw LiquidError.is(error) ? error : new RenderError(error as Error, template)
    }
  }
}

/** The path of a placeholder that consists of one path; null for any other. */
export function readPath({ value: { initial, filters } }: Output): Path | null {
  // The one filter is the encoder that every placeholder ends with.
  return filters.length === 1 ? initialPath(initial) : null
}

function initialPath({ postfix: [token, ...others] }: Expression): Path | null {
  if (others.length > 0 || !TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined)
    return null
  const names = token.props.map(readConstant)
  return names.every((name) => typeof name === 'string' || typeof name === 'number') ? names : null
}

function compileFilter(filter: Filter): Evaluate<unknown> | null {
  const { token, handler } = filter as unknown as {
    readonly token: never
    readonly handler: (...all: unknown[]) => unknown
  }
  const constants = filter.args.map(readConstant)
  if (constants.includes(undefined)) return null
  return (value, context) => {
    try {
      const result: unknown = toValueSync(
        handler.apply({ context, token, liquid: engine }, [value, ...constants]) as never,
      )
      refuseNoNumber(filter.name, value, result)
      return result
    } catch (error) {
      throw explainFailure(filter.name, value, error)
    }
  }
}

/** The value of a literal; undefined for a variable. */
function readConstant(token: unknown): unknown {
  return typeof token === 'object' && token !== null && 'content' in token ? token.content : undefined
}
