import { previewPrompts, type ReadSheet } from '#engine/sheets/sheets.ts'
import type { Wildcards } from '#engine/wildcards/wildcards.ts'
import type { PromptPreview, PromptSettings } from '#shared/contract/templates.ts'

/** Templates over stored sheets with the library's wildcards: brought together here because those rooms share a floor. */
export function openTemplatePreview(
  sheets: { readonly read: (sheetId: number) => Promise<{ sheet: ReadSheet }> },
  wildcards: Wildcards,
) {
  return async (input: {
    sheetId: number
    settings: PromptSettings
    row: number
    offset: number
    limit: number
  }): Promise<PromptPreview> => {
    const { sheet } = await sheets.read(input.sheetId)
    const { settings, row, ...page } = input
    const found = sheet.rows.find((each) => each.row === row) ?? null
    const lookup = wildcards.lookup(settings.wildcards ?? null)
    return previewPrompts(found, sheet.rows.length, { ...settings, columns: sheet.columns, wildcards: lookup }, page)
  }
}
