/** A service as a Lambda function behind a REST API of API Gateway (proxy integration, payload format 1.0). */
import { Hono } from 'hono'
import { handle, type ApiGatewayRequestContext, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import type { ServiceEnv } from './context.ts'

type App = { readonly fetch: (request: Request, env: ServiceEnv['Bindings']) => Response | Promise<Response> }

type RestEvent = Extract<LambdaEvent, { httpMethod: string; resource: string }>

/**
 * The handler of the function. Paths below the prefix are the service's own paths, so that two services on one public host
 * each keep their `/docs`; other paths come as they are.
 */
export const behindApiGateway = (app: App, { prefix = '' }: { readonly prefix?: string } = {}) => {
  const answer = handle(
    new Hono<{ Bindings: { requestContext: ApiGatewayRequestContext } }>().all('*', async (c) => {
      const { requestContext } = c.env
      // The other end of the connection to API Gateway, as a server has it from its socket.
      const response = await app.fetch(c.req.raw, { remoteAddress: requestContext.identity.sourceIp })
      const location = response.headers.get('location')
      if (location === null || URL.canParse(location)) return response
      const headers = new Headers(response.headers)
      headers.set('location', pathOf(location, c.req.path, requestContext.path))
      return new Response(response.body, { status: response.status, headers })
    }),
  )
  return async (event: RestEvent, context?: LambdaContext) => await answer(asSent(event, prefix), context)
}

/**
 * A relative address as a path of the host, below the name of the stage. A client may leave out the slash after that name,
 * and would then take a relative address for one beside the stage.
 */
const pathOf = (location: string, path: string, pathOfHost: string): string => {
  const slash = path === '/' && !pathOfHost.endsWith('/') ? '/' : ''
  return new URL(location, `https://host${pathOfHost}${slash}`).pathname
}

const asSent = (event: RestEvent, prefix: string): RestEvent => ({
  ...event,
  path: event.path.startsWith(`${prefix}/`) ? event.path.slice(prefix.length) : event.path,
  // Such a body means nothing (RFC 9110, section 9.3.1), and a Request of the Fetch standard refuses it.
  body: event.httpMethod === 'GET' || event.httpMethod === 'HEAD' ? null : event.body,
})
