/** Routes, as the table of routes declares them. */
import type { Hono } from 'hono'
import type { Route, Routes } from '#wire/http/routes'
import type { Door } from './access.ts'
import type { ServiceEnv, ServiceHandler } from './context.ts'
import { onlyMethods } from './methods.ts'

/** A handler for each route of a table. */
export type Handlers<Table extends Routes> = { readonly [Name in keyof Table]: ServiceHandler }

/**
 * Adds every route of the table, behind the door: a handler runs only for those who may use its route. The methods that a
 * path does not take are answered 405.
 */
export const addRoutes = <Table extends Routes>(
  app: Hono<ServiceEnv>,
  door: Door,
  table: Table,
  handlers: Handlers<Table>,
): void => {
  const routes = Object.entries(table).map(([name, route]) => ({ route, handler: handlers[name] as ServiceHandler }))
  for (const [path, ofPath] of Map.groupBy(routes, ({ route }) => route.path)) {
    for (const { route, handler } of ofPath) app.on(route.method, honoPath(path), behind(door, route, handler))
    app.all(honoPath(path), onlyMethods(...ofPath.flatMap(({ route }) => methodsOf(route))))
  }
}

const behind =
  (door: Door, route: Route, handler: ServiceHandler): ServiceHandler =>
  async (c, next) => {
    // Said before the door answers, whose refusals depend on the caller, too.
    c.set('isGuarded', route.access !== 'open')
    await door.enter(c, route)
    return await handler(c, next)
  }

/** A path of OpenAPI, `/v1/merchants/{merchantId}`, as Hono writes it. */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

// Whatever answers GET answers HEAD.
const methodsOf = ({ method }: Route): readonly string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method])
