import { type Colour, colour, darker, faded, fromHex, houseColours, mixed, turned } from './colour.ts'
import type { Light, Random } from './pen.ts'
import { standingFur } from './subjects/animals.ts'
import type { Named, Reading } from './words.ts'

/** Colours that things have when a prompt names none. */
const usual: Readonly<Record<string, string>> = {
  tree: '6a9b52 86a550 5b8f5e',
  'tree:conifer': '3f7a5c 4d8068',
  'tree:palm': '5f9e5a',
  'tree:cactus': '5d9a6b',
  'tree:fruit': '6f9e48',
  'tree:mushroom': 'c8453d b5563a',
  'flower:plant': '4f8f62 6d9a58',
  'flower:leaf': '6f9f57 c47a3a',
  fruit: 'd2483c e0703c 8fb04a',
  'fruit:banana': 'f0cf4a',
  'fruit:melon': 'e4525c',
  'fruit:small': 'c23a4b 5a4a9c 7a2d52',
  'solid:heart': 'd9485a',
  'solid:star': 'efbf45',
  'solid:sport': 'd97b35',
  'sky:sun': 'f2b63c',
  'sky:earth': '3f7fc4',
  'sky:moon': 'e9e2cc',
  'sky:cloud': 'c9d8ea',
  sign: 'cf3b34',
  'building:temple': 'e6d8bd',
  'building:castle': 'c9b8a4 b3a9a0',
  'building:bridge': 'b8503a 8c6f5a',
  'bird:swan': 'f4f1ea',
  'bird:penguin': '2f3a4d',
  'bird:owl': 'a8794e 8a7a6a',
  bird: '5a8fb8 c8553d d8a23c 6f9a6a',
  'fish:whale': '55789c',
  sitter: 'd89a5b 8d8f96 e9dcc6 5a4a42 3c3d44',
  'seat:table': 'b08456',
  'seat:bench': '9c7a52',
  'food:bread': 'd49a55',
  'vehicle:bus': 'f0b83a',
  'device:guitar': 'c98a4a',
  'mug:glass': 'f0c34e e98a5a a8c95a',
}

export function lightFrom(reading: Reading, random: Random): Light {
  const side = (random.chance(0.5) ? -1 : 1) * random.between(0.7, 1)
  const day = { side, height: random.between(0.5, 0.8), style: 'soft', tint: colour(0.985, 0.02, 85), day: 1 } as const
  const night = reading.setting === 'night'
  switch (reading.light ?? (reading.setting === 'sunset' ? 'low' : night ? 'night' : '')) {
    case 'low':
      return { ...day, height: 0.16, style: 'hard', tint: colour(0.9, 0.1, 66), day: 0.85 }
    case 'rim':
      return { ...day, height: 0.5, style: 'rim', tint: colour(0.97, 0.03, 80), day: 0.45 }
    case 'noon':
      return { ...day, height: 0.95, style: 'hard', tint: colour(0.99, 0.02, 95) }
    case 'night':
      return { ...day, height: 0.6, style: 'rim', tint: colour(0.88, 0.06, 262), day: 0.2 }
    case 'neon':
      return { ...day, style: 'neon', tint: colour(0.72, 0.2, 330), day: 0.15 }
    default:
      return day
  }
}

/** The main, second and third colour of a thing. */
export type Dress = readonly [Colour, Colour, Colour]

/** The main, second and third colour of a thing; `random` shifts them a little, the words choose them. */
export function dressed(thing: Named, index: number, fixed: Random, random: Random, grey: boolean): Dress {
  const house = fixed.pick(houseColours)
  const hue = usual[`${thing.kind}:${thing.option}`] ?? (thing.option === '' ? usual[thing.kind] : undefined)
  const fur = thing.kind === 'sitter' || thing.kind === 'walker' ? standingFur(thing.option) : null
  const plain = fur ?? (hue === undefined ? turned(house, index * 50) : fromHex(fixed.pick(hue.split(' '))))
  const named = thing.colours[0]
  const jitter = named === undefined ? 9 : 4
  const shift = (of: Colour) =>
    colour(
      of.l + random.between(-0.025, 0.025),
      of.c * random.between(0.92, 1.08),
      of.h + random.between(-jitter, jitter),
    )
  const main = shift(named ?? plain)
  const accent = shift(
    thing.colours[1] ??
      (fixed.chance(0.5)
        ? fixed.pick(houseColours)
        : colour(main.l > 0.6 ? 0.48 : 0.78, Math.max(0.07, main.c * 0.9), main.h + fixed.pick([150, 180, 205, 35]))),
  )
  const trim = shift(thing.colours[2] ?? mixed(turned(main, fixed.pick([-40, 40, 120])), fixed.pick(houseColours), 0.5))
  return grey ? [faded(main, 1), faded(accent, 1), faded(trim, 1)] : [main, accent, trim]
}

const paper = colour(0.965, 0.012, 88)

/** The colours of the background: as asked, or of a hue that suits the first thing, lighter than it, or darker by night. */
export function roomColours(
  reading: Reading,
  lead: Colour,
  light: Light,
  fixed: Random,
  random: Random,
): { wall: Colour; floor: Colour } {
  const dark = light.day < 0.5
  const asked = reading.settingColour
  if (asked) {
    const wall = mixed(asked, paper, dark ? 0 : 0.12)
    return { wall, floor: darker(wall, 0.04) }
  }
  const turn = fixed.pick([0, 12, -16, 170, 190, 30])
  const tone = (l: number, c: number) =>
    colour(l + random.between(-0.03, 0.025), Math.min(c, lead.c * 0.5 + 0.012), lead.h + turn + random.between(-14, 14))
  if (dark) return { wall: tone(0.35, 0.05), floor: tone(0.3, 0.05) }
  // A pale thing stands before something less pale.
  return lead.l > 0.8
    ? { wall: tone(0.78, 0.055), floor: tone(0.7, 0.06) }
    : { wall: tone(0.87, 0.055), floor: tone(0.8, 0.06) }
}
