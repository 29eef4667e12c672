export { createClient } from './client.ts'
export type { components, operations, paths } from './openapi.ts'
export type {
  AbortedResult,
  BranchResult,
  Client,
  ClientOptions,
  Delivered,
  ExecuteOptions,
  ExecuteReply,
  ExecuteRequest,
  ExecuteResult,
  Failed,
  Fetch,
  FetchedReader,
  FetchedResponse,
  Problem,
  ProblemCode,
  RefusedResult,
  Repeat,
  UnansweredCode,
  UnansweredResult,
} from './types.ts'
