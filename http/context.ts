import type { Context } from 'hono'

export type ServiceEnv = { Variables: { requestId: string } }
export type ServiceContext = Context<ServiceEnv>
