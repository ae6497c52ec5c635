import { join } from 'node:path'

export const issuerFolderIn = (dataFolder: string): string => join(dataFolder, 'issuer')
export const clientsFolder = (issuerFolder: string): string => join(issuerFolder, 'clients')
