import type { Random, Subject } from './pen.ts'
import { subjects } from './subjects/subjects.ts'
import type { Named, Reading } from './words.ts'

export const indoors = new Set(['studio', 'table', 'marble', 'linen', 'slate', 'podium', 'wall'])

/** What a bare place is shown with, so that it is not an empty stage. */
const company: Readonly<Record<string, string>> = {
  room: 'seat:sofa seat:arm flower:plant',
  street: 'vehicle vehicle:bike vehicle:bus',
  beach: 'vehicle:boat tree:palm device:umbrella',
  boardwalk: 'seat:bench vehicle:bike',
  forest: 'tree:mushroom walker:deer sitter:fox',
  mountains: 'building tree:conifer',
  field: 'tree building tree:fruit',
  snow: 'tree:conifer building',
  desert: 'tree:cactus',
  night: 'sky:planet sky:moon',
  underwater: 'fish fish:whale',
  sunset: 'tree tree:palm vehicle:boat',
  wall: 'vehicle:bike flower:plant seat:bench',
  studio: 'solid solid:cube bottle:vase',
  table: 'bottle:vase mug fruit',
  marble: 'solid bottle:vase',
  linen: 'bottle:vase fruit',
  slate: 'solid:pyramid solid',
  podium: 'solid bottle:vase',
}

export function peopled(reading: Reading, fixed: Random): Reading {
  const names = company[reading.setting ?? '']
  if (names === undefined || reading.subjects.length > 0) return reading
  const [kind = '', option = ''] = fixed.pick(names.split(' ')).split(':')
  const still = indoors.has(reading.setting ?? '') || reading.setting === 'room'
  return {
    ...reading,
    view: still ? reading.view : 'wide',
    subjects: [{ kind, option, colours: [], count: 1, onNext: false }],
  }
}

/** The place a prompt names, or one that suits its first thing. */
export function settingFor(reading: Reading, fixed: Random): string {
  const [first] = reading.subjects
  const isKind = (...kinds: string[]) => first !== undefined && kinds.includes(first.kind)
  const isOption = (...options: string[]) => first !== undefined && options.includes(first.option)
  const isHung = reading.subjects.some((thing) => subjects[thing.kind]?.rests === 'hangs')
  if (reading.setting !== null) return isHung && !indoors.has(reading.setting) ? 'room' : reading.setting
  if (reading.subjects.some((thing) => thing.option === 'boat')) return 'beach'
  if (isKind('fish') && !isOption('butterfly')) return 'underwater'
  if (reading.subjects.some((thing) => thing.kind === 'sky' || thing.kind === 'aircraft'))
    return isOption('cloud', 'sun') ? 'field' : 'night'
  if (isKind('building') && isOption('city', 'bridge')) return fixed.pick(['beach', 'sunset'])
  if (isKind('vehicle')) return fixed.pick(['street', 'studio', 'desert', 'street'])
  const isOutside = reading.light === 'night' && isKind('sitter', 'bird', 'figure')
  if (isOutside || isKind('walker', 'tree', 'building')) return fixed.pick(['field', 'mountains', 'field', 'sunset'])
  return isHung ? 'room' : fixed.pick(['studio', 'studio', 'podium', 'table', 'wall', 'studio'])
}

export interface Placed {
  readonly thing: Named
  readonly subject: Subject
  readonly index: number
  x: number
  y: number
  scale: number
}

/** Side by side, no more than fits; a thing that is on the next one stands on it. */
export function arranged(reading: Reading, random: Random, width: number, height: number, ground: number): Placed[] {
  const close = reading.view === 'close' ? 1.3 : reading.view === 'wide' ? 0.62 : 1
  const base = (Math.min(width, height) / 200) * 0.64 * close * random.between(0.93, 1.07)
  const wanted = reading.subjects.filter((thing) => subjects[thing.kind]).slice(0, 3)
  const all = wanted.flatMap((thing, index) => {
    const subject = subjects[thing.kind]
    const copies = wanted.length > 1 ? Math.min(thing.count, 3) : thing.count
    return subject
      ? Array.from({ length: copies }, () => ({ thing, subject, index, x: 0, y: ground, scale: base }))
      : []
  })
  const alone = all.length === 1
  for (const one of all)
    one.scale = base * (alone ? (one.subject.tall > 150 ? 1.06 : 1.12) : 0.5 + one.subject.bulk * 0.36)
  const below =
    all.length === 2 &&
    all[0]?.thing.onNext === true &&
    all[0].subject.rests === 'stands' &&
    all[1]?.subject.rests === 'stands'
  const across = all.reduce((sum, one) => sum + one.subject.width * one.scale * 1.08, 0)
  const fit = alone || below ? 1 : Math.min(1, (width * 0.94) / across)
  let x = width / 2 - (across * fit) / 2 + (alone || below ? 0 : random.between(-0.02, 0.02) * width)
  for (const one of all) {
    one.scale *= fit
    const span = one.subject.width * one.scale * 1.08
    one.x = alone ? width * (0.5 + random.between(-0.055, 0.055)) : x + span / 2
    x += span
    one.y = ground + (alone ? random.between(-0.012, 0.02) : random.between(-0.02, 0.035)) * height
    if (one.subject.rests !== 'stands')
      one.y = height * 0.5 + (one.subject.tall * one.scale) / 2 - height * random.between(0.02, 0.07)
  }
  const [upper, lower] = all
  if (below && upper && lower) {
    lower.x = width / 2
    upper.x = width / 2
    lower.scale = base * 0.95
    upper.scale = base * Math.min(0.7, 0.46 + upper.subject.bulk * 0.22)
    const seat: Record<string, number> = { bench: 56, table: 96, sofa: 50, '': 78, arm: 78, bed: 66, bike: 104 }
    const tall =
      lower.thing.kind === 'seat' || lower.thing.option === 'bike'
        ? (seat[lower.thing.option] ?? 90)
        : lower.subject.tall * 0.84
    upper.y = lower.y - tall * lower.scale
    if (upper.y - upper.subject.tall * upper.scale < height * 0.05) upper.scale *= 0.75
    return [lower, upper]
  }
  return all.sort((a, b) => Number(b.subject.rests !== 'stands') - Number(a.subject.rests !== 'stands') || a.y - b.y)
}
