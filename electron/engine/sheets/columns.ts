import { type ColumnMapping, type ColumnRole, columnRoles } from '#shared/contract/sheets.ts'
import { looksLike } from './cell-values.ts'
import type { SheetRow, WrittenFor } from './rows.ts'

/** Taken as the prompt only where there is nothing better; the other lists below have the better name first. */
const stopgapPrompts = [
  'description',
  'beschreibung',
  'descripción',
  'descripcion',
  'descrizione',
  'descrição',
  'descricao',
  'beschrijving',
]

/**
 * Usual names in the languages that sheets come in, compared without case, blanks, `_` and `-`. Words for how many there
 * are in stock (`Anzahl`, `quantité`) are not here: five pictures for five in stock would be money for nothing.
 */
const usualNames: Readonly<Record<NamedRole, readonly string[]>> = {
  prompt: [
    ...['prompt', 'prompttext', 'textprompt', 'imageprompt', 'positiveprompt', 'bildprompt', 'text', 'prompts'],
    ...['texte', 'texto', 'testo', 'tekst', ...stopgapPrompts],
  ],
  id: [
    ...['id', 'sku', 'customid', 'productid', 'promptid', 'itemid', 'artikelnummer', 'artikelnr', 'artnr'],
    ...['bestellnummer', 'référence', 'referencia', 'codice', 'código', 'codigo', 'handle', 'slug', 'key', 'name'],
    ...['productname', 'nom', 'nombre', 'nome', 'naam', 'produktname'],
  ],
  negative: ['negativeprompt', 'negative', 'negativprompt', 'negativerprompt', 'promptnégatif', 'promptnegativo'],
  seed: ['seed', 'startwert', 'graine', 'semilla', 'seme', 'semente'],
  width: ['width', 'imagewidth', 'breite', 'largeur', 'ancho', 'larghezza', 'largura', 'breedte'],
  height: ['height', 'imageheight', 'höhe', 'hoehe', 'hauteur', 'alto', 'altezza', 'altura', 'hoogte'],
  size: [
    ...['size', 'imagesize', 'dimensions', 'resolution', 'größe', 'groesse', 'bildgröße', 'auflösung', 'taille'],
    ...['résolution', 'tamaño', 'dimensioni', 'tamanho', 'afmeting', 'formaat'],
  ],
  ratio: ['aspectratio', 'ratio', 'seitenverhältnis', 'formatdimage', 'proporción', 'proporzioni', 'proporção', 'ar'],
  model: ['model', 'imagemodel', 'sdmodel', 'modell', 'bildmodell', 'modèle', 'modelo', 'modello'],
  quality: ['quality', 'imagequality', 'qualität', 'qualité', 'calidad', 'qualità', 'qualidade', 'kwaliteit'],
  count: [
    'count',
    'n',
    'variants',
    'numberofimages',
    'numimages',
    'varianten',
    'variantes',
    'varianti',
    'niter',
    'batchsize',
  ],
  format: ['outputformat', 'fileformat', 'imageformat', 'format', 'dateiformat', 'formato'],
  background: ['background', 'hintergrund', 'arrièreplan', 'fondo', 'sfondo', 'fundo', 'achtergrond'],
  // Not `image` alone: in a shop's sheet, that is the product's own picture, and nobody asked to send it anywhere.
  reference: [
    ...['reference', 'reference1', 'references', 'referenceimage', 'referenceimages', 'imagereference', 'inputimage'],
    ...['referenzbild', 'imagederéférence', 'imagendereferencia'],
  ],
  reference2: ['reference2', 'referenceimage2', 'inputimage2'],
  reference3: ['reference3', 'referenceimage3', 'inputimage3'],
  reference4: ['reference4', 'referenceimage4', 'inputimage4'],
}

type NamedRole = Exclude<ColumnRole, `options.${string}`>

const roles = columnRoles

/** Fields of services that people name alike in every program. */
const usualOptions = [
  'steps',
  'num_inference_steps',
  'cfg_scale',
  'guidance_scale',
  'sampler_name',
  'scheduler',
  'clip_skip',
]

/** Further ones that only mean a field of the service in lines written for it. */
const optionsOf: Readonly<Record<Exclude<WrittenFor, null>, readonly string[]>> = {
  openai: ['output_compression', 'moderation', 'style'],
  gemini: [],
  a1111: ['styles', 'subseed', 'subseed_strength', 'restore_faces', 'tiling'],
}

const plain = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '')

/** Whether a name is usual for the prompt column, and no stopgap: tells a header from a first line of text. */
export const isPromptName = (name: string): boolean =>
  usualNames.prompt.includes(plain(name)) && !stopgapPrompts.includes(plain(name))

export const isUsualName = (name: string): boolean => roles.some((role) => usualNames[role].includes(plain(name)))

/** Header cells as names: trimmed, none empty, no two alike (also not by case alone, since templates ignore case). */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>()
  return header.map((cell, index) => {
    const name = cell.trim() || `column ${index + 1}`
    let unique = name
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${name} (${number})`
    taken.add(unique.toLowerCase())
    return unique
  })
}

/**
 * Which column is for what, by usual names. A column called `size`, `seed`, ... is taken only where one of its first
 * cells can be one: in a shoe shop's sheet, `size` is no picture size and `model` no image model. In lines written for
 * another program every name means what that program means by it.
 */
export function mapColumns(
  columns: readonly string[],
  rows: readonly SheetRow[],
  writtenFor: WrittenFor = null,
): ColumnMapping {
  const plainNames = columns.map(plain)
  const mapping: ColumnMapping = {}
  for (const role of roles) {
    for (const usual of usualNames[role]) {
      const index = plainNames.indexOf(usual)
      const column = columns[index]
      if (column === undefined) continue
      const filled = rows.slice(0, 100).flatMap((row) => row.cells[index]?.trim() || [])
      if (writtenFor === null && filled.length > 0 && !filled.some((cell) => looksLike(role, cell))) continue
      mapping[role] = column
      break
    }
  }
  const options = new Map(
    [...usualOptions, ...(writtenFor ? optionsOf[writtenFor] : [])].map((name) => [plain(name), name]),
  )
  for (const [index, column] of columns.entries()) {
    const own = /^options\.([\w.-]{1,64})$/.exec(column)?.[1]
    const option = own ?? options.get(plainNames[index] ?? '')
    if (option !== undefined) mapping[`options.${option}`] ??= column
  }
  return mapping
}

/** The prompt column as it stands or, in a sheet without one, every column that may describe the picture. */
export function firstTemplate(columns: readonly string[], mapping: ColumnMapping): string {
  const insert = (column: string): string => `{{${column}}}`
  if (mapping.prompt !== undefined) return insert(mapping.prompt)
  const { id, ...others } = mapping
  const settings = new Set(Object.values(others))
  // A product's name describes a picture too, its number does not.
  if (id !== undefined && !/name$|^nom$|^nombre$|^nome$|^naam$/.test(plain(id))) settings.add(id)
  const described = columns.filter((column) => !settings.has(column) && !/[{}]/.test(column))
  return (described.length > 0 ? described : columns).map(insert).join(', ')
}
