import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

/**
 * Refuses the requests of web pages before the server sees them. The local services ask for no credentials, and a page
 * that is open in a browser of this machine can reach them. A browser says of which site the page is (`Origin`). For a
 * page whose own name leads to this machine (DNS rebinding) it does not, but then the name stands in `Host`.
 *
 * Call it when the server has all its listeners.
 */
export const refusePages = (server: Server): void => {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.origin === undefined && OWN_HOST.test(request.headers.host ?? '')) {
      for (const listener of listeners) listener.call(server, request, response)
      return
    }
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    response.end('This service is for programs of this machine, and not for web pages.\n')
  })
}

const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i
