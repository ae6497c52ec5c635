/** Problems that the edge answers before a request reaches a service, in the form in which the services answer theirs. */
import { jsonText } from '#wire/json/json'
import { PROBLEMS, problemBody, type Problem } from '#wire/http/problem'

/** The JSON of a problem. The edge of AWS puts the id of the request in place of a variable such as `$context.requestId`. */
export const problemText = (problem: Problem, requestId?: string): string => jsonText(problemBody(problem, requestId))

export const statusOf = ({ code }: Problem): number => PROBLEMS[code].status

export const REFUSED: Problem = {
  code: 'refused-by-firewall',
  detail: 'A rule of the firewall matched the request. Nothing of it was counted. Look at its path, query and headers.',
}

export const TOO_MANY_REQUESTS: Problem = {
  code: 'rate-limited',
  detail:
    'Too many requests at once. Nothing of this one was counted. Send it again later, and more entries in one request.',
  retryAfterSeconds: 1,
}

/** The bound of an address counts five minutes, so a second later it would still hold. */
export const TOO_MANY_FROM_THERE: Problem = {
  code: 'rate-limited',
  detail: 'Too many requests from this address in five minutes. Nothing of this one was counted. Send it again later.',
  retryAfterSeconds: 60,
}

export const TOO_LARGE: Problem = {
  code: 'too-large',
  detail: 'A body may have up to 1,048,576 bytes. Send fewer entries at a time.',
}
