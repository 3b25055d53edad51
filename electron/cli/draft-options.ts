import { basename, dirname, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { gatherReferences, usualDraftSettings } from '#api/open-sheet.ts'
import type { Engine } from '#engine/engine.ts'
import type { FetchedReferences } from '#shared/contract/references.ts'
import {
  columnMapping,
  columnRole,
  columnRoles,
  type Sheet,
  type SheetEncoding,
  type SheetReading,
  sheetEncoding,
  sheetReading,
} from '#shared/contract/sheets.ts'
import { type Axis, axis, type Style } from '#shared/contract/templates.ts'
import type { DraftPlanInput, DraftSettings } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import type { Profile } from '#shared/generation-request.ts'
import { type Call, providerAndModel, sizeOf, usd, wholeNumber } from './call.ts'
import { savedDraftProfile } from './saved-profile.ts'
import { readNamedFile } from './sheet-file.ts'

/** What `plan` and `run` can be told about drafts. */
export interface DraftOptions {
  readonly profile?: string
  readonly draft?: { provider: string; model: string }
  readonly size?: { width: number; height: number }
  readonly count?: number
  readonly template?: string
  readonly negative?: string
  readonly templateColumn?: string
  readonly wildcards?: string
  readonly sample?: number
  readonly sampleSeed?: number
  readonly axis?: Axis[]
  readonly axisSample?: number
  readonly style?: string[]
  readonly price?: number
  readonly new?: boolean
  readonly sheetPart?: string
  readonly delimiter?: NonNullable<SheetReading['delimiter']>
  readonly encoding?: SheetEncoding
  readonly map?: Readonly<Record<string, string>>
  readonly references?: string
  readonly reference?: readonly string[]
}

export const addDraftOptions = (command: Command): Command =>
  command
    .option('--profile <name>', 'what drafts are made with: a profile that was saved under this name')
    .option(
      '--draft <provider/model>',
      'what drafts are made with (default: the library’s, else sketch/sketch)',
      providerAndModel,
    )
    .option('--size <WxH>', 'size of drafts in pixels (default: the model’s own for drafts)', sizeOf)
    .option('--count <n>', 'drafts for each prompt, where the sheet has no count of its own', wholeNumber(1, 64))
    .option('--template <text>', 'prompt template over the sheet’s columns, such as "{{name}} on white"')
    .option('--negative <text>', 'template of the negative prompt, with the variables of the prompt')
    .option('--template-column <name>', 'take the cells of this column as templates, each for its own row')
    .option('--wildcards <dir>', 'keep the wildcard files of this folder (or zip) in the library, and use them')
    .option('--sample <n>', 'so many prompts of each row, where the template makes more', wholeNumber(1, 1000))
    .option(
      '--axis <name=a|b>',
      'make every prompt with each value, as {{name}}; NAME:model= or NAME:seed= set those',
      axisOf,
    )
    .option('--axis-sample <n>', 'so many combinations of the axes for each row', wholeNumber(1, 1000))
    .option('--sample-seed <n>', 'the seed of both samples (default: 0)', wholeNumber(0, 4_294_967_295))
    .option('--style <name>', 'add a style of the library; again for another', (name, before: string[] = []) => [
      ...before,
      name,
    ])
    .option('--price <usd>', 'what a picture costs, for a model whose price nobody knows', usd)
    .option('--sheet-part <name>', 'which sheet of a workbook (default: the first)')
    .option('--delimiter <char>', 'what stands between cells, where it is not found out: , ; tab |', delimiterOf)
    .option(
      '--encoding <name>',
      `how letters are written, where it is not found out: ${encodings.join(', ')}`,
      encodingOf,
    )
    .option(
      '--map <role=column>',
      'what a column is for, such as prompt=Text or seed= for none; again for more',
      roleOf,
    )
    .option('--references <folder>', 'where the pictures lie that the sheet names (default: the sheet’s own folder)')
    .option(
      '--reference <file>',
      'a picture that goes in with every prompt; may be given again',
      (file, all: string[] = []) => [...all, file],
    )
    .option('--new', 'always make a new batch, also where one of this sheet is unfinished')

const encodings = sheetEncoding.options

function delimiterOf(text: string): NonNullable<SheetReading['delimiter']> {
  const found = sheetReading.shape.delimiter.safeParse(/^(tab|\\t)$/i.test(text) ? '\t' : text).data
  if (found !== undefined) return found
  throw new InvalidArgumentError('Give one of , ; tab |.')
}

function encodingOf(text: string): SheetEncoding {
  const found = sheetEncoding.safeParse(text.toLowerCase())
  if (found.success) return found.data
  throw new InvalidArgumentError(`Give one of ${encodings.join(', ')}.`)
}

function roleOf(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [role = '', ...column] = text.split('=')
  if (column.length > 0 && columnRole.safeParse(role).success) return { ...before, [role]: column.join('=') }
  throw new InvalidArgumentError(`Write ROLE=COLUMN; a role is ${columnRoles.join(', ')} or options.NAME.`)
}

/** How the options say that the file is to be read. */
export const readingOf = ({ sheetPart, delimiter, encoding }: DraftOptions): SheetReading => ({
  ...(sheetPart === undefined ? {} : { part: sheetPart }),
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(encoding === undefined ? {} : { encoding }),
})

/** The sheet as the options map it; its columns keep their own spelling. */
function mapped(sheet: Sheet, map: Readonly<Record<string, string>>): Sheet {
  const mapping: Record<string, string | undefined> = { ...sheet.mapping }
  for (const [role, wanted] of Object.entries(map)) {
    delete mapping[role]
    if (wanted === '') continue
    const column = sheet.columns.find(({ name }) => name.toLowerCase() === wanted.trim().toLowerCase())
    const all = sheet.columns.map(({ name }) => name).join(', ')
    if (!column) throw new AppError('invalid-input', `The sheet has no column "${wanted}". It has ${all}.`)
    for (const [other, name] of Object.entries(mapping)) if (name === column.name) delete mapping[other]
    mapping[role] = column.name
  }
  return { ...sheet, mapping: columnMapping.parse(mapping) }
}

/**
 * The wish that the options, the sheet and the library's settings come to. The pictures that the sheet names are read
 * from its folder (none for a sheet on standard input), or fetched; what cannot be had is told and is a problem of its
 * rows. Throws AppError for a model that is not there.
 */
export async function draftWish(
  call: Pick<Call, 'out'>,
  engine: Engine,
  { sheet, path }: { readonly sheet: Sheet; readonly path: string },
  options: DraftOptions,
): Promise<DraftPlanInput> {
  if (options.profile && options.draft)
    throw new AppError(
      'invalid-input',
      'Drafts are made with a profile (--profile) or a model (--draft). Take one of them.',
    )
  const saved = options.profile === undefined ? null : savedDraftProfile(engine.settings.get(), options.profile)
  const usual = usualDraftSettings(
    options.map ? mapped(sheet, options.map) : sheet,
    engine.settings.get(),
    engine.providers.list(),
  )
  const folder = options.references ?? (path === '-' ? null : dirname(resolve(path)))
  const { failed } = await gatherReferences(engine, { id: sheet.id, mapping: usual.mapping }, folder)
  noteMissing(call, failed)
  const references = await Promise.all((options.reference ?? []).map((file) => addReference(engine, sheet.id, file)))
  const settings: DraftSettings = {
    ...usual,
    profiles: usual.profiles.map((profile) => ({
      ...(options.draft ? profileFor(engine, options.draft) : (saved ?? profile)),
      ...options.size,
    })),
    variants: options.count ?? usual.variants,
    template: options.template ?? usual.template,
    ...promptOptions(engine, options),
    ...(references.length > 0 ? { references } : {}),
  }
  return {
    sheetId: sheet.id,
    settings,
    alwaysNew: options.new ?? false,
    pricePerImageMicros: options.price ?? null,
  }
}

/** What the options say of prompts; nothing where they say nothing, so that a batch without them stays the same. */
function promptOptions(engine: Engine, options: DraftOptions): Partial<DraftSettings> {
  const { negative, templateColumn, sample, axis, axisSample, style, sampleSeed: seed = 0 } = options
  return {
    ...(negative !== undefined && { negativeTemplate: negative }),
    ...(templateColumn !== undefined && { templateColumn }),
    ...(sample !== undefined && { sample: { n: sample, seed } }),
    ...(axis !== undefined && { axes: axis }),
    ...(axisSample !== undefined && { axisSample: { n: axisSample, seed } }),
    ...(style !== undefined && { styles: style.map((name) => styleNamed(engine, name)) }),
  }
}

function styleNamed(engine: Engine, name: string): Style {
  const { styles } = engine.settings.get()
  const found = styles.find((style) => style.name.toLowerCase() === name.trim().toLowerCase())
  if (found) return found
  const known = styles.map((style) => `"${style.name}"`).join(', ') || 'none yet; make them in the window'
  throw new AppError('invalid-input', `There is no style "${name}" in this library. It has: ${known}.`)
}

/** `angle=front|side`, `seed:seed=1|2`, `model:model=sketch/sketch|fal/x`; given again, another axis. */
function axisOf(text: string, before: Axis[] = []): Axis[] {
  const [, name = '', sets, values = ''] = /^\s*([^=:]+?)\s*(?::(model|seed))?\s*=(.*)$/s.exec(text) ?? []
  const list = values.split('|').map((value) => value.trim())
  const read = axis.safeParse({ name, values: list, ...(sets !== undefined && { sets }) })
  if (!read.success || list.includes(''))
    throw new InvalidArgumentError('Write it as NAME=value|value, such as "angle=front|side".')
  return [...before, read.data]
}

const failuresShown = 20

/** Says which pictures of a sheet could not be had. */
export function noteMissing(call: Pick<Call, 'out'>, failed: FetchedReferences['failed']): void {
  for (const { message } of failed.slice(0, failuresShown)) call.out.note(message)
  if (failed.length > failuresShown) call.out.note(`and ${failed.length - failuresShown} more`)
}

async function addReference(engine: Engine, sheetId: number, file: string): Promise<{ name: string; sha256: string }> {
  const bytes = await readNamedFile('The reference picture', file)
  const name = basename(file)
  const { sha256 } = await engine.references.add({ sheetId, name, bytesBase64: bytes.toString('base64') })
  return { name, sha256 }
}

function profileFor(engine: Engine, wanted: { provider: string; model: string }): Profile {
  const info = engine.providers.list().find((candidate) => candidate.id === wanted.provider)
  const models = info?.models.filter((model) => model.operations.includes('generate')) ?? []
  // A provider that is not there is the engine's own sentence.
  if (info && !info.anyModel && !models.some((model) => model.id === wanted.model)) {
    const known = models.map((model) => `${wanted.provider}/${model.id}`).join(', ')
    throw new AppError(
      'invalid-input',
      `${info.label} has no model "${wanted.model}" that makes pictures from prompts. It has: ${known}.`,
    )
  }
  return { ...wanted, width: null, height: null, quality: null, options: {} }
}
