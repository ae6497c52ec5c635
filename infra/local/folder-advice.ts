/** What to do about a data folder that cannot be used, by the code of the error. */
export const folderAdvice = (code: string | undefined): string =>
  FOLDER_ADVICE[code ?? ''] ?? 'Set DAYBOOK_DATA to another folder.'

const FOLDER_ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, or set DAYBOOK_DATA to a folder on another disk.',
  EDQUOT: 'The quota of this user is used up: free some space, or set DAYBOOK_DATA to a folder on another disk.',
  EACCES: 'Give the user of this process the right to write there, or set DAYBOOK_DATA to another folder.',
  EPERM: 'Give the user of this process the right to write there, or set DAYBOOK_DATA to another folder.',
  ENOTDIR: 'A file stands where a folder has to be: move it away, or set DAYBOOK_DATA to another folder.',
  EROFS: 'The disk can only be read: set DAYBOOK_DATA to a folder on another one.',
}
