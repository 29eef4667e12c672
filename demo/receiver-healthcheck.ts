import { connect } from 'node:net'
import { receiverPort } from './receiver.ts'

// Exits with 0 if a program listens on the receiver's port.
connect(receiverPort, '127.0.0.1')
  .once('connect', () => process.exit(0))
  .once('error', () => process.exit(1))
