import type { ServiceContext } from '#http/service'

/** Who asks, for the record of what was done: until there are tokens, whoever they say they are. */
export const operatorOf = (c: ServiceContext): string => {
  const named = c.req.header('x-operator') ?? ''
  return NAME.test(named) ? named : 'unknown'
}

const NAME = /^[A-Za-z0-9._:@-]{1,64}$/
