/** An expression of another tool that cannot be written with filters. */
export class NotRewritten extends Error {}
