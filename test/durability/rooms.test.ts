import { describe, expect, it } from 'vitest'
import { Rooms } from '../../src/durability/dispatch/rooms.ts'
import { durable } from './support/submissions.ts'

const lane = (host: string) => ({ ...durable().lane, host })

describe('the room of a host', () => {
  it('is shared by its lanes, and one claim leaves some of it to the next', () => {
    const rooms = new Rooms({ atMost: 100, perHost: 8 })
    const offer = rooms.offer()

    expect([offer(lane('a')), offer({ ...lane('a'), client: 'other' }), offer(lane('b'))]).toEqual([4, 2, 4])
  })

  it('is less by what is under way, and by failures, of which there may be as many again', () => {
    const rooms = new Rooms({ atMost: 100, perHost: 2 })
    const room = () => rooms.offer()(lane('a'))
    const fail = () => {
      rooms.take(lane('a'))
      return rooms.hold(lane('a'))
    }
    const gives = [fail(), fail()]
    expect([room(), rooms.running, rooms.free]).toEqual([1, 0, 100])
    rooms.take(lane('a'))
    rooms.take(lane('a'))
    expect([room(), rooms.running]).toEqual([0, 2])

    gives.push(rooms.hold(lane('a')), rooms.hold(lane('a')))
    expect([room(), rooms.running]).toEqual([0, 0])

    for (const give of gives) give()
    expect(room()).toBe(1)
  })

  it('is whole again when one ends well, and what failures give back later is no further place', () => {
    const rooms = new Rooms({ atMost: 100, perHost: 1 })
    rooms.take(lane('a'))
    const give = rooms.hold(lane('a'))
    rooms.take(lane('a'))
    rooms.giveAll(lane('a'))
    expect(rooms.offer()(lane('a'))).toBe(1)
    rooms.take(lane('a'))

    give()

    expect([rooms.offer()(lane('a')), rooms.running]).toEqual([0, 1])
  })
})
