/** The version of the data folder covers its layout and every format in it (docs/formats.md). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurably } from '#adapters/files/durable-files'
import { folderAdvice } from './folder-advice.ts'

/** Raise it with every change after which an older folder could be misread. */
const DATA_VERSION = 2

/** Throws an error for people if the folder holds data that this code does not read. Changes nothing. */
export const checkDataVersion = (folder: string): void => {
  const version = versionOf(folder)
  if (version === String(DATA_VERSION)) return
  if (version === undefined && !PARTS.some((part) => existsSync(join(folder, part)))) return
  throw new Error(
    `The data in ${folder} ${inWords(version)}. This Daybook reads version ${DATA_VERSION}. Nothing was changed. Start with another folder ` +
      `(DAYBOOK_DATA=${folder}-new npm start), or delete ${folder} if its data is not needed. ` +
      `docs/formats.md lists the versions and how to move data between them.`,
  )
}

const inWords = (version: string | undefined): string => {
  if (version === undefined) return 'has no version: a Daybook older than version 1 of the format wrote it'
  if (/^\w{1,16}$/.test(version)) return `has version ${version}`
  return `has no version that can be read: its file ${FILE} holds ${JSON.stringify(version.slice(0, 40))}`
}

/** Marks a folder that has no version yet, before any data is put there. */
export const markDataVersion = (folder: string): void => {
  if (versionOf(folder) === undefined) writeFileDurably(folder, FILE, `${DATA_VERSION}\n`)
}

const FILE = 'version'

/** The folders in which the services keep data. A folder without any of them has no data of ours. */
const PARTS = ['kinesis', 'dynamodb', 's3', 'firehose', 'issuer']

const versionOf = (folder: string): string | undefined => {
  try {
    return readFileSync(join(folder, FILE), 'utf8').trim()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new Error(
      `There can be no data in ${folder}, because ${join(folder, FILE)} cannot be read: ${message}. ${folderAdvice(code)}`,
      {
        cause: error,
      },
    )
  }
}
