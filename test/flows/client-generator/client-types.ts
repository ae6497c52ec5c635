/**
 * A package of its own because openapi-typescript writes with the compiler of TypeScript 5, whose interface TypeScript 7,
 * which checks this project, does not have.
 */
import openapiTS, { astToString } from 'openapi-typescript'

/** The types of a client, as TypeScript, for an OpenAPI document. */
export const clientTypes = async (document: object): Promise<string> =>
  // A field with a default may be left out of a request.
  astToString(await openapiTS(JSON.stringify(document), { defaultNonNullable: false }))
