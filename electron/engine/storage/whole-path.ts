import { isAbsolute } from 'node:path'
import { AppError } from '#shared/errors.ts'

/** A host has no folder of its own that a person would mean. Throws AppError `invalid-input` where a path begins anywhere but at the root. */
export function refusePartialPath(path: string): void {
  if (!isAbsolute(path)) throw new AppError('invalid-input', `"${path}" is not a whole path. Begin it at the root.`)
}
