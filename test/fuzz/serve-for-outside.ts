/**
 * node test/fuzz/serve-for-outside.ts FOLDER
 *
 * Serves both services over memory adapters on free ports of the loopback, for a fuzzer from outside. Prints their
 * addresses, and the file in FOLDER that holds the token. Runs until it is stopped. docs/testing.md says how schemathesis
 * is run on it.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from '#http/serve'
import { ENDLESS_PATHS } from '#ingest/app'
import { AUTHORIZATION } from '#test/access'
import { refuseArguments } from '#test/script-arguments'
import { aWorld } from './world.ts'

const [, , folder] = process.argv
if (folder === undefined)
  refuseArguments('Missing the folder for the token.', 'node test/fuzz/serve-for-outside.ts FOLDER')

const host = '127.0.0.1'
const world = await aWorld()
const ingest = await serve(world.apps.ingest, { host, port: 0, endlessPaths: ENDLESS_PATHS })
const query = await serve(world.apps.query, { host, port: 0 })
const tokenFile = join(folder ?? '', 'token')
writeFileSync(tokenFile, AUTHORIZATION.replace('Bearer ', ''), { mode: 0o600 })

console.log(`ingest  http://${host}:${ingest.port}`)
console.log(`query   http://${host}:${query.port}`)
console.log(`token   ${tokenFile}`)

// What a fuzzer decides about an item or a merchant should not end what can be found.
setInterval(() => void world.renew(), 5_000)
let told = 0
setInterval(() => {
  for (const fault of world.faults.slice(told)) console.error('fault', fault)
  told = world.faults.length
}, 1_000)
