import { useAddSheet } from '../api/changes.ts'
import { goTo } from '../app/use-route.ts'
import { notifyError } from '../ui/toast.tsx'
import { base64Of } from './base64.ts'
import { pastedName } from './pasted-name.ts'

export interface SheetLoader {
  readonly isLoading: boolean
  readonly loadFile: (file: Blob & { readonly name?: string }) => void
  /** Rows copied from a spreadsheet, or any text that is a sheet. */
  readonly loadText: (text: string) => void
  /** What already is base64: an example. */
  readonly loadBytes: (name: string, bytesBase64: string) => void
}

/** Stores a sheet with the engine and goes to its load page; what is wrong with it is told in a notice. */
export function useSheetLoader(): SheetLoader {
  const add = useAddSheet()
  const open = async (name: string, bytesBase64: string) => {
    const sheet = await add.mutateAsync({ name, bytesBase64 })
    goTo({ page: 'load', sheetId: sheet.id })
  }
  const tell = (name: string) => (error: unknown) => notifyError(`${name} could not be opened`, error)
  const loadFile: SheetLoader['loadFile'] = (file) => {
    const name = file.name ?? 'The sheet'
    base64Of(file)
      .then((bytes) => open(file.name ?? 'sheet.txt', bytes))
      .catch(tell(name))
  }
  return {
    isLoading: add.isPending,
    loadFile,
    loadText: (text) => {
      base64Of(new Blob([text], { type: 'text/plain' }))
        .then((bytes) => open(pastedName(text), bytes))
        .catch(tell('The pasted text'))
    },
    loadBytes: (name, bytesBase64) => {
      open(name, bytesBase64).catch(tell(name))
    },
  }
}
