/*
 * Refuses an older Node in a sentence, before any other file is loaded. Each npm script runs it first: with `node -r`, or
 * as a command before a tool. An old Node has to be able to read it, so it is CommonJS and uses nothing newer than ES5.
 */
'use strict'

var OLDEST = 24

if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  console.error(
    'Daybook needs Node ' +
      OLDEST +
      ' or newer, and this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n' +
      'Install a newer one from https://nodejs.org. On Linux (x64 and arm64), `npm install` without --omit=optional also\n' +
      'brings Node 24 along, for the npm scripts of this folder alone.',
  )
  process.exit(1)
}
