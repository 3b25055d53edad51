import { arranged, indoors, type Placed, peopled, settingFor } from './arrangement.ts'
import { type Colour, colour, css, darker, faded, houseColours, lighter, turned } from './colour.ts'
import { type Dress, dressed, lightFrom, roomColours } from './palette.ts'
import { type Kit, type Light, type Pen, penFor, type Random, randomFrom, type Stop } from './pen.ts'
import { drawSetting } from './settings/settings.ts'
import { drawAbstract } from './subjects/abstract.ts'
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
  pen.path('M-1.6 12.5L0 16L1.6 12.5Z', css(ink), 'fill-opacity=".6"')
  pen.close()
}

interface Scene {
  readonly reading: Reading
  /** Fixed by the words alone; `random` by the seed too. */
  readonly fixed: Random
  readonly random: Random
  readonly light: Light
  readonly pen: Pen
  readonly width: number
  readonly height: number
  readonly ground: number
  readonly view: Kit['view']
  readonly dress: readonly Dress[]
}

const greyed = (reading: Reading, of: Colour): Colour => (reading.grey ? faded(of, 1) : of)

/** A picture for words that name nothing it can draw. */
function abstractPicture({ reading, fixed, random, light, pen, width, height }: Scene): void {
  const first = reading.settingColour ?? fixed.pick(houseColours)
  const family = [
    first,
    fixed.pick(houseColours),
    turned(first, fixed.pick([40, 150, 200])),
    fixed.pick(houseColours),
    lighter(first, 0.16),
  ].map((of) => greyed(reading, turned(of, random.between(-8, 8))))
  const day = colour(0.93, 0.028, first.h + fixed.pick([0, 60, 180]))
  const ground = greyed(reading, light.day < 0.5 ? colour(0.27, 0.04, first.h) : day)
  const fade: readonly Stop[] = [
    [0, lighter(ground, 0.03)],
    [1, darker(ground, 0.06)],
  ]
  pen.rect(0, 0, width, height, 0, pen.linear(0, 0, 0.3, 1, fade))
  drawAbstract({ pen, fixed, random, colours: family, paper: ground, width, height })
}

function backdrop({ reading, fixed, random, light, pen, width, height, ground, view, dress }: Scene): void {
  const [main, accent] = dress[0] ?? [fixed.pick(houseColours), fixed.pick(houseColours)]
  const setting = settingFor(reading, fixed)
  const { wall, floor } = roomColours(reading, main, light, fixed, random)
  const stage = { pen, random, light, width, height, accent: greyed(reading, accent) }
  const isHungInRoom = setting === 'room' && reading.setting === null
  drawSetting(
    {
      ...stage,
      wall: greyed(reading, wall),
      floor: greyed(reading, floor),
      ground: isHungInRoom ? height * 0.86 : ground,
    },
    setting,
    view !== 'side',
  )
  if (indoors.has(setting) && view === 'side') beams(pen, random, light, reading, width, height)
}

function drawThing({ reading, random, light, pen, height, view, dress }: Scene, one: Placed): void {
  const [main, accent, trim] = dress[one.index] ?? [paper, ink, ink]
  const { thing, subject } = one
  const isFlat = view !== 'side'
  const isShoe = thing.kind === 'shoe'
  // From above, things lie about the middle; a pair of shoes is drawn longer than it is tall from the side.
  if (isFlat) one.y = height * 0.5 + (subject.tall / 2) * one.scale * (isShoe ? 1.55 : 1)
  if (isFlat && isShoe) one.scale *= 0.92
  if (subject.rests === 'stands') shadow(pen, one, light, isFlat)
  const mirrored = subject.rests !== 'hangs' && thing.kind !== 'building' && random.chance(0.4)
  const turn = isFlat ? random.between(-22, 22) : reading.view === 'angle' ? random.between(-7, -3) : 0
  const about = isFlat ? `${turn} 0 ${-subject.tall / 2}` : turn
  const scale = `${mirrored ? -one.scale : one.scale} ${one.scale}`
  pen.open(`translate(${one.x} ${one.y}) scale(${scale}) rotate(${about})`, mirrored)
  subject.draw({ pen, random, main, accent, trim, ink, paper, option: thing.option, view })
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
  const random = randomFrom(`${seed}|${text}`)
  const reading = peopled(read, fixed)
  const ratio = Math.sqrt(pixelWidth / pixelHeight)
  const [width, height] = [Math.round(1000 * ratio), Math.round(1000 / ratio)]
  const light = lightFrom(reading, random)
  const pen = penFor(light)
  const [lead] = reading.subjects
  const view =
    reading.view === 'sole' && lead?.kind === 'shoe' ? 'sole' : reading.view === 'top' && lead ? 'top' : 'side'
  const ground = height * (view === 'top' ? 0.5 : random.between(0.755, 0.795))
  const placed = arranged(reading, random, width, height, ground)
  const dress = reading.subjects.slice(0, 3).map((thing, index) => dressed(thing, index, fixed, random, reading.grey))
  const scene: Scene = { reading, fixed, random, light, pen, width, height, ground, view, dress }
  if (lead === undefined && reading.setting === null) abstractPicture(scene)
  else backdrop(scene)
  for (const one of placed) drawThing(scene, one)
  finish(pen, random, light, width, height)
  return pen.svg(pixelWidth, pixelHeight, width, height)
}
