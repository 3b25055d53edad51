import { arranged, indoors, type Placed, peopled } from './arrangement.ts'
import { type Colour, colour, css, darker, faded, houseColours, lighter, mixed, turned } from './colour.ts'
import { dressed, lightFrom } from './palette.ts'
import { type Kit, type Light, type Pen, penFor, type Random, randomFrom } from './pen.ts'
import { drawSetting } from './settings/settings.ts'
import { drawAbstract } from './subjects/abstract.ts'
import { subjects } from './subjects/subjects.ts'
import { type Reading, readPrompt } from './words.ts'

const ink = colour(0.25, 0.02, 265)
const paper = colour(0.965, 0.012, 88)

/** Light through blinds where the sun is low, through panes where a window is named. */
function beams(pen: Pen, random: Random, light: Light, reading: Reading, width: number, height: number): void {
  const low = reading.light === 'low'
  if (!low && !reading.words.includes('window')) return
  const from = light.side < 0 ? width * random.between(0.1, 0.24) : width * random.between(0.5, 0.62)
  pen.open(`translate(${from} ${height * random.between(0.04, 0.12)}) skewY(${light.side * (low ? -16 : -9)})`)
  const fill = pen.linear(0, 0, 1, 0, [
    [0, light.tint, low ? 0.62 : 0.75],
    [1, light.tint, low ? 0.2 : 0.35],
  ])
  for (let at = 0; at < (low ? 5 : 4); at += 1) {
    if (low) pen.rect(0, height * at * 0.082, width * 0.36, height * 0.05, 2, fill)
    else pen.rect((at % 2) * width * 0.145, Math.floor(at / 2) * height * 0.2, width * 0.13, height * 0.18, 2, fill)
  }
  pen.close()
}

/** A soft shadow that leans away from the light, and a tight one where the thing touches. */
function shadow(pen: Pen, one: Placed, light: Light, topDown: boolean): void {
  const dark = colour(0.2, 0.03, 275)
  const half = (one.subject.width / 2) * one.scale
  const soft = pen.radial(0.5, 0.5, 0.5, [
    [0, dark, 0.5],
    [0.55, dark, 0.24],
    [1, dark, 0],
  ])
  if (topDown) {
    const [rx, ry] = [half * 1.16, (one.subject.tall / 2) * one.scale * 1.16]
    return pen.ellipse(one.x - light.side * half * 0.14, one.y - ry * 0.82, rx, ry, soft)
  }
  const long = 0.12 + (1 - light.height) ** 1.5 * 0.75
  const strength = light.style === 'hard' ? 1 : 0.7
  pen.ellipse(
    one.x - light.side * half * long,
    one.y - 1,
    half * (1.04 + long * 0.75),
    half * 0.17 + 6,
    soft,
    `fill-opacity="${strength}"`,
  )
  pen.ellipse(
    one.x - light.side * half * 0.04,
    one.y - 3,
    half * 0.98,
    half * 0.06 + 4,
    pen.radial(0.5, 0.5, 0.5, [
      [0, dark, 0.75],
      [0.7, dark, 0.45],
      [1, dark, 0],
    ]),
  )
}

/** Marks too fine for a draft: they give a full-size picture its grain. And a pencil in the corner: this is a sketch. */
function finish(pen: Pen, random: Random, light: Light, width: number, height: number): void {
  const reach = Math.max(width, height)
  const tone = light.day < 0.5 ? colour(0.16, 0.04, 275) : colour(0.3, 0.04, 280)
  pen.rect(
    0,
    0,
    width,
    height,
    0,
    pen.radial(0.5, 0.46, 0.78, [
      [0.55, tone, 0],
      [1, tone, light.day < 0.5 ? 0.6 : 0.26],
    ]),
  )
  if (light.style !== 'soft') {
    const x = light.side < 0 ? 0 : width
    pen.ellipse(
      x,
      height * (light.height > 0.8 ? 0 : 0.3),
      reach * 0.8,
      reach * 0.8,
      pen.radial(0.5, 0.5, 0.5, [
        [0, light.tint, 0.26],
        [1, light.tint, 0],
      ]),
    )
  }
  for (const tint of ['#fff', '#000']) {
    let grain = ''
    for (let at = 0; at < 140; at += 1)
      grain += `M${(random() * width).toFixed(1)} ${(random() * height).toFixed(1)}l1.2 .6`
    pen.line(grain, tint, 0.7, 'stroke-opacity=".16"')
  }
  pen.open(`translate(${width - 30} ${height - 30}) rotate(45)`)
  pen.path('M-4 -16H4V8L0 16L-4 8Z', css(paper), 'fill-opacity=".5"')
  pen.path('M-1.600 12.500L0 16L1.600 12.500Z', css(ink), 'fill-opacity=".6"')
  pen.close()
}

/**
 * The picture for a prompt and a seed as SVG of this size in pixels. Nothing but the shape of the size changes
 * the composition: the same prompt and seed are the same picture at any size of the same shape.
 */
export function drawScene(prompt: string, seed: number, pixelWidth: number, pixelHeight: number): string {
  const read = readPrompt(prompt)
  const text = read.words.join(' ')
  const fixed = randomFrom(text)
  const reading = peopled(read, fixed)
  const random = randomFrom(`${seed}|${text}`)
  const ratio = Math.sqrt(pixelWidth / pixelHeight)
  const [width, height] = [Math.round(1000 * ratio), Math.round(1000 / ratio)]
  const light = lightFrom(reading, random)
  const pen = penFor(light)
  const things = reading.subjects.filter((thing) => subjects[thing.kind])
  const top = reading.view === 'top' && things.length > 0
  const sole = reading.view === 'sole' && things[0]?.kind === 'shoe'
  const ground = height * (top ? 0.5 : random.between(0.755, 0.795))

  const placed = arranged(reading, random, width, height, ground)
  const colours = things.slice(0, 3).map((thing, index) => dressed(thing, index, fixed, random, reading.grey))
  const lead = colours[0]?.[0] ?? fixed.pick(houseColours)
  const turn = fixed.pick([0, 12, -16, 170, 190, 30])
  const tone = (l: number, c: number) =>
    colour(l + random.between(-0.03, 0.025), Math.min(c, lead.c * 0.5 + 0.012), lead.h + turn + random.between(-14, 14))
  const dark = light.day < 0.5
  const asked = reading.settingColour
  const wall = asked
    ? mixed(asked, paper, dark ? 0 : 0.12)
    : dark
      ? tone(0.35, 0.05)
      : tone(lead.l > 0.8 ? 0.78 : 0.87, 0.055)
  const floor = asked ? darker(wall, 0.04) : dark ? tone(0.3, 0.05) : tone(lead.l > 0.8 ? 0.7 : 0.8, 0.06)
  const hung = placed.some((one) => one.subject.rests === 'hangs')
  const flying = placed.some((one) => one.thing.kind === 'sky' || one.thing.kind === 'aircraft')
  const swimming = placed[0]?.thing.kind === 'fish' && placed[0].thing.option !== 'butterfly'
  const outdoors = ['sitter', 'bird', 'figure'].includes(things[0]?.kind ?? '')
  const afloat = things.some((thing) => thing.option === 'boat')
  const guess = (): string => {
    const [first] = things
    if (afloat) return 'beach'
    if (swimming) return 'underwater'
    if (flying) return first?.option === 'cloud' || first?.option === 'sun' ? 'field' : 'night'
    if (first?.kind === 'building' && ['city', 'bridge'].includes(first.option)) return fixed.pick(['beach', 'sunset'])
    if (first?.kind === 'vehicle') return fixed.pick(['street', 'studio', 'desert', 'street'])
    if (['walker', 'tree', 'building'].includes(first?.kind ?? '') || (reading.light === 'night' && outdoors))
      return fixed.pick(['field', 'mountains', 'field', 'sunset'])
    return hung ? 'room' : fixed.pick(['studio', 'studio', 'podium', 'table', 'wall', 'studio'])
  }
  const setting =
    hung && !['room', 'wall', 'podium', 'studio', null].includes(reading.setting)
      ? 'room'
      : (reading.setting ?? guess())
  const grey = (of: Colour) => (reading.grey ? faded(of, 1) : of)

  if (things.length === 0 && reading.setting === null) {
    const first = asked ?? fixed.pick(houseColours)
    const family = [
      first,
      fixed.pick(houseColours),
      turned(first, fixed.pick([40, 150, 200])),
      fixed.pick(houseColours),
      lighter(first, 0.16),
    ].map((of) => grey(turned(of, random.between(-8, 8))))
    const ground = grey(dark ? colour(0.27, 0.04, first.h) : colour(0.93, 0.028, first.h + fixed.pick([0, 60, 180])))
    pen.rect(
      0,
      0,
      width,
      height,
      0,
      pen.linear(0, 0, 0.3, 1, [
        [0, lighter(ground, 0.03)],
        [1, darker(ground, 0.06)],
      ]),
    )
    drawAbstract({ pen, fixed, random, colours: family, paper: ground, width, height })
  } else {
    const accent = colours[0]?.[1] ?? fixed.pick(houseColours)
    drawSetting(
      {
        pen,
        random,
        light,
        wall: grey(wall),
        floor: grey(floor),
        accent: grey(accent),
        width,
        height,
        ground: hung && !reading.setting ? height * 0.86 : ground,
      },
      setting,
      top || sole,
    )
    if (indoors.has(setting) && !top) beams(pen, random, light, reading, width, height)
  }

  for (const one of placed) {
    const mine = colours[one.index] ?? [lead, lead, lead]
    const flat = top || sole
    if (flat) one.y = height * 0.5 + (one.subject.tall / 2) * one.scale * (one.thing.kind === 'shoe' ? 1.55 : 1)
    if (flat && one.thing.kind === 'shoe') one.scale *= 0.92
    if (one.subject.rests === 'stands') shadow(pen, one, light, flat)
    const mirrored = one.subject.rests !== 'hangs' && one.thing.kind !== 'building' && random.chance(0.4)
    const lean = flat ? random.between(-22, 22) : reading.view === 'angle' ? random.between(-7, -3) : 0
    const centre = flat ? ` rotate(${lean} 0 ${-one.subject.tall / 2})` : ` rotate(${lean})`
    pen.open(`translate(${one.x} ${one.y}) scale(${mirrored ? -one.scale : one.scale} ${one.scale})${centre}`, mirrored)
    const kit: Kit = {
      pen,
      random,
      main: mine[0],
      accent: mine[1],
      trim: mine[2],
      ink,
      paper,
      option: one.thing.option,
      view: sole ? 'sole' : flat ? 'top' : 'side',
    }
    one.subject.draw(kit)
    pen.close()
  }
  finish(pen, random, light, width, height)
  return pen.svg(pixelWidth, pixelHeight, width, height)
}
