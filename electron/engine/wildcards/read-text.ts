import { isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { AppError, messageOf } from '#shared/errors.ts'
import type { WildcardLists } from '#shared/template/wildcards.ts'

/** Endings of files that hold wildcards, and of archives of them. */
export const wildcardEnding = /\.(txt|ya?ml|json)$/i

const deepestKey = 30

/**
 * The lists of a file by their names. As in sd-dynamic-prompts (dynamicprompts' wildcards/tree/build.py and
 * collection/structured.py, read 2026-11): a text file is one list named like it, a value a line, lines with `#` at the
 * front are comments; in YAML and JSON every key over a list is a name below the file's folder, and a bare list is named
 * like its file. An item is a text or `{text, weight}`; what is neither list nor keys is passed over.
 * Throws `invalid-input` for YAML or JSON that cannot be read.
 */
export function readWildcardText(path: string, text: string): WildcardLists {
  const name = path.replace(wildcardEnding, '')
  if (/\.txt$/i.test(path)) return new Map([[name, linesOf(text)]])
  const folder = name.includes('/') ? `${name.slice(0, name.lastIndexOf('/'))}/` : ''
  const lists = new Map<string, readonly string[]>()
  const root = documentOf(path, text)
  if (isSeq(root)) lists.set(name, itemsOf(root))
  else if (isMap(root)) collect(root, folder, lists, 0)
  return lists
}

const linesOf = (text: string): string[] =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

/** JSON is YAML, too (YAML 1.2): one reader for both, which makes no aliases into copies. */
function documentOf(path: string, text: string): unknown {
  try {
    const read = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' })
    const [wrong] = read.errors
    if (wrong) throw wrong
    return read.contents
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : firstLine(messageOf(error))
    throw new AppError('invalid-input', `The wildcards in ${path} cannot be read: ${reason}.`, { cause: error })
  }
}

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').replace(/[:.\s]+$/, '')

function collect(map: YAMLMap, prefix: string, lists: Map<string, readonly string[]>, depth: number): void {
  if (depth > deepestKey) return
  for (const { key, value } of map.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value.trim() : ''
    if (name === '') continue
    if (isSeq(value)) lists.set(prefix + name, itemsOf(value))
    else if (isMap(value)) collect(value, `${prefix}${name}/`, lists, depth + 1)
  }
}

const itemsOf = (list: YAMLSeq): string[] =>
  list.items.flatMap((item) => {
    if (isScalar(item)) return textOf(item.value)
    if (!isMap(item)) return []
    const [text] = [...textOf(item.get('text')), ...textOf(item.get('content'))]
    const weight = Number(item.get('weight') ?? 1)
    return text === undefined ? [] : weight > 0 && weight !== 1 ? `${weight}::${text}` : text
  })

const textOf = (value: unknown): string[] => {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
  return text === '' ? [] : [text]
}
