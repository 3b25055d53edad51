import { mostSheetBytes } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'

/** A file's bytes as base64. Throws `invalid-input` for an empty file and one over 64 MB. */
export async function base64Of(file: Blob & { readonly name?: string }): Promise<string> {
  const name = file.name ?? 'The pasted text'
  if (file.size === 0) throw new AppError('invalid-input', `${name} is empty. Choose another file.`)
  if (file.size > mostSheetBytes) {
    throw new AppError(
      'invalid-input',
      `${name} is larger than 64 MB. Split it, or take out columns that are not needed.`,
    )
  }
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () =>
      reject(new AppError('storage', `${name} could not be read: ${reader.error?.message}. Try again.`))
    reader.readAsDataURL(file)
  })
}
