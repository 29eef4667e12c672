import type { Static } from 'typebox'
import { closedObject, recordSchema } from './builders.ts'
import { Type } from './typebox.ts'

/** The objects of a payload that fields and templates take values from. */
export const sources = ['profile', 'event', 'instance', 'flow', 'vars'] as const

/** One of the five sources. */
export type Source = (typeof sources)[number]

const attributes = (description: string, example: Record<string, unknown>) =>
  Type.Optional(recordSchema(Type.Unknown(), { description, examples: [example] }))

/** What the workflow knows when it reaches the node. */
export const Payload = closedObject(
  {
    profile: attributes('The attributes of the profile that passes.', { email: 'ada@example.com' }),
    event: attributes('The data of the event that triggered the flow.', { type: 'form_submitted' }),
    instance: attributes('The data of the workflow instance.', { id: 'i-1' }),
    flow: attributes('The flow itself: its name, its version.', { name: 'Nurture' }),
    vars: attributes('Values of earlier nodes, such as captured ones.', { leadId: 'L-9' }),
  },
  { $id: 'Payload', description: 'What the workflow knows when it reaches the node.' },
)

/** What the workflow knows when it reaches the node. */
export type Payload = Static<typeof Payload>
