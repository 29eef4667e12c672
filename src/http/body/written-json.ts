import type { FastifyReply } from 'fastify'

/** Sends JSON that is written already: parsing it would lose the digits of long numbers. Its type is what it is the JSON of. */
export function asJson<T>(json: string, reply: FastifyReply): T {
  reply.type('application/json; charset=utf-8').serializer((text: string) => text)
  return json as unknown as T
}
