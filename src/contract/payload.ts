import type { Static } from 'typebox'
import { closedObject, recordSchema } from './builders.ts'
import { Type } from './typebox.ts'

/** The parts of a payload. Fields and templates take values from them. */
export const sources = ['profile', 'event', 'instance', 'flow', 'vars'] as const

/** The name of a part of the payload. */
export type Source = (typeof sources)[number]

const attributes = (description: string, example: Record<string, unknown>) =>
  Type.Optional(recordSchema(Type.Unknown(), { description, examples: [example] }))

export const Payload = closedObject(
  {
    profile: attributes('The attributes of the profile that the workflow processes.', {
      email: 'ada@example.com',
    }),
    event: attributes('The data of the event that started the flow.', { type: 'form_submitted' }),
    instance: attributes('The data of the workflow instance.', { id: 'i-1' }),
    flow: attributes('The data of the flow, such as its name and version.', { name: 'Nurture' }),
    vars: attributes('Values of earlier nodes, such as captured values.', { leadId: 'L-9' }),
  },
  { $id: 'Payload', description: 'The data that the workflow has when it reaches the node.' },
)

export type Payload = Static<typeof Payload>
