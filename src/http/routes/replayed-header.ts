/** Marks the reply of an earlier execution, for the OpenAPI document. */
export const replayedHeader = {
  'Idempotency-Replayed': {
    type: 'string',
    description: '`true` if this is the reply of an earlier execution with the same `idempotencyKey`.',
    examples: ['true'],
  },
}
