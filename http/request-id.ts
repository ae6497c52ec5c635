import { randomUUID } from 'node:crypto'

/**
 * The id of a request. A client's own id is kept, so that its log and ours name the same request, unless it is unsafe in
 * a log line or a header.
 */
export const requestIdOf = (given: string | readonly string[] | undefined): string =>
  typeof given === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(given) ? given : randomUUID()
