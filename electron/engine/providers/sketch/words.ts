import { type Colour, colourWords } from './colour.ts'
import {
  articles,
  breaks,
  greyWords,
  lightWords,
  materials,
  mediums,
  numberWords,
  type OfMeaning,
  ofWords,
  onWords,
  settingWords,
  subjectWords,
  viewWords,
} from './vocabulary.ts'

const index = (table: Record<string, string>) =>
  new Map(Object.entries(table).flatMap(([name, words]) => words.split(' ').map((word) => [word, name] as const)))
const subjects = index(subjectWords)
const settings = index(settingWords)
const lights = index(lightWords)
const views = index(viewWords)

export interface Named {
  readonly kind: string
  readonly option: string
  readonly colours: readonly Colour[]
  readonly count: number
  /** Stands on the thing named after it. */
  readonly onNext: boolean
}

/** What the words of a prompt ask for, as far as this provider understands them. */
export interface Reading {
  /** The words, lower case: the same words give the same picture whatever the spacing and the capitals. */
  readonly words: readonly string[]
  readonly subjects: readonly Named[]
  readonly setting: string | null
  readonly settingColour: Colour | null
  readonly light: string | null
  readonly view: string | null
  readonly grey: boolean
}

/** The word itself or the singular that a plural may come from. */
function find<T>(table: ReadonlyMap<string, T>, word: string): T | undefined {
  const singulars = [
    word,
    word.replace(/ies$/, 'y'),
    word.replace(/ves$/, 'f'),
    word.replace(/es$/, ''),
    word.replace(/s$/, ''),
  ]
  for (const form of singulars) {
    const found = table.get(form)
    if (found !== undefined) return found
  }
  return undefined
}

interface Token {
  readonly word: string
  /** How many words it took: `forest green` is one token. */
  readonly length: number
  readonly dye: Colour | undefined
  readonly place: string | undefined
  readonly thing: string | undefined
}

/** What the word at this place can mean, as the words beside it have it: `a salmon` is a fish, `a salmon shoe` is not. */
function tokenAt(words: readonly string[], at: number): Token {
  const [one = '', two = ''] = [words[at], words[at + 1]]
  const pair = `${one}-${two}`
  const isPair = [subjects, settings, lights, views, colourWords].some(
    (table) => find<unknown>(table, pair) !== undefined,
  )
  const [word, length] = two !== '' && isPair ? [pair, 2] : [one, 1]
  const next = words[at + length] ?? ''
  const isNoun = subjects.has(word) || settings.has(word)
  const standsAlone = articles.has(words[at - 1] ?? '') && !colourWords.has(next) && find(subjects, next) === undefined
  const dye = isNoun && standsAlone ? undefined : colourWords.get(word)
  if (dye !== undefined) return { word, length, dye, place: undefined, thing: undefined }
  const place = find(settings, word)
  // `stars` are a sky though a `star` is a thing.
  const thing = settings.has(word) && !subjects.has(word) ? undefined : find(subjects, word)
  return { word, length, dye, place, thing }
}

/** A thing as it is put together while reading. */
type Draft = { -readonly [Key in keyof Named]: Named[Key] } & { colours: Colour[] }

/** Adds a noun to the things named so far. `of`: what `a mug of` or `a photo of` in front of it means. */
function addThing(named: Draft[], noun: Draft, of: OfMeaning, isJoined: boolean, isOn: boolean): void {
  const before = named.at(-1)
  if (before === undefined) named.push(noun)
  else if (of === 'filling') before.colours.push(...noun.colours)
  else if (of === 'shown') named.splice(-1, 1, noun)
  else if (before.kind === noun.kind && (before.option === noun.option || before.option === '' || isJoined)) {
    before.option ||= noun.option
    before.colours.push(...noun.colours)
    before.count = Math.max(before.count, noun.count)
  } else if (isJoined) {
    // `table lamp`: the last of a row of nouns is the thing.
    named.splice(-1, 1, { ...noun, colours: [...before.colours, ...noun.colours] })
  } else {
    if (isOn) before.onNext = true
    named.push(noun)
  }
}

export function readPrompt(prompt: string): Reading {
  const plain = prompt.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.match(/[\p{L}\p{N}]+|[,;]/gu) ?? []
  const named: Draft[] = []
  let waiting: Colour[] = []
  let count = 1
  let of: OfMeaning = ''
  let lastBreak = ''
  let nounEnd = -1
  let setting: string | null = null
  let material: string | null = null
  let settingColour: Colour | null = null
  let light: string | null = null
  let view: string | null = null

  for (let at = 0; at < words.length; ) {
    const { word, length, dye, place, thing } = tokenAt(words, at)
    light ??= find(lights, word) ?? null
    view ??= find(views, word) ?? null
    count = numberWords[word] ?? count
    if (dye !== undefined) waiting.push(dye)
    if (breaks.has(word)) {
      // A colour after a thing and before `on`, `in`, ... is that thing's: `Trail runner, terracotta, on slate`.
      if (named.length > 0) named.at(-1)?.colours.push(...waiting.splice(0))
      lastBreak = word
      of = ''
    }
    const isSecond = named.length > 0
    const isOn = onWords.has(lastBreak)
    // `vase, ivory, glass`: what it is made of; `product photo`: how it is shown.
    const isMaterial = isSecond && materials.has(word) && !isOn && !articles.has(words[at - 1] ?? '')
    const isMedium = isSecond && mediums.has(word) && words[at + length] !== 'of'
    const isPlace = place !== undefined && (thing === undefined || (isSecond && (isOn || lastBreak === ',')))
    // Linen is where it lies only if no other place is named.
    if (isMaterial) material ??= place ?? null
    else if (isPlace) {
      setting ??= place
      if (isSecond && waiting.length > 0) [settingColour = null] = waiting.splice(0)
    } else if (thing !== undefined && !isMedium) {
      const [kind = '', option = ''] = thing.split(':')
      const isPlural = word.endsWith('s') && !subjects.has(word)
      const noun = { kind, option, colours: waiting, count: Math.max(count, isPlural ? 2 : 1), onNext: false }
      addThing(named, noun, of, nounEnd === at, isOn)
      waiting = []
      count = 1
      of = ''
      lastBreak = ''
      nounEnd = at + length
    }
    if (word === 'of' && nounEnd === at) of = ofWords[named.at(-1)?.kind ?? ''] ?? ''
    at += length
  }
  const bare = named.find((one) => one.colours.length === 0) ?? named[0]
  if (bare) bare.colours.push(...waiting)
  else settingColour ??= waiting[0] ?? null
  const grey = words.some((word) => greyWords.has(word)) || plain.includes('black and white')
  return {
    words: words.filter((word) => /[^,;]/.test(word)),
    subjects: named,
    setting: setting ?? material,
    settingColour,
    light,
    view,
    grey,
  }
}
