import { type Colour, colour, css } from '../colour.ts'
import { room, studio, surface, wallAndPodium } from './indoors.ts'
import { forest, land, sea, sky, street, tufts } from './outdoors.ts'
import { type Stage, sheet } from './stage.ts'

/** Draws the named background over the whole picture. */
export function drawSetting(stage: Stage, name: string, topDown: boolean): void {
  const { light, width, height, ground, pen, random } = stage
  if (['table', 'marble', 'linen', 'slate'].includes(name)) return surface(stage, name, topDown)
  if (topDown) return surface(stage, 'plain', true)
  if (name === 'beach' || name === 'boardwalk') return sea(stage, name === 'boardwalk')
  if (name === 'street') return street(stage)
  if (name === 'forest') return forest(stage)
  if (name === 'room') return room(stage)
  if (name === 'wall' || name === 'podium') return wallAndPodium(stage, name)
  const lands: Record<string, [Colour, Colour, boolean]> = {
    mountains: [colour(0.7, 0.05, 262), colour(0.58, 0.085, 146), true],
    snow: [colour(0.8, 0.04, 250), colour(0.95, 0.012, 240), true],
    desert: [colour(0.74, 0.09, 48), colour(0.81, 0.085, 70), false],
    field: [colour(0.74, 0.07, 175), colour(0.68, 0.12, 132), false],
    sunset: [colour(0.6, 0.09, 330), colour(0.42, 0.06, 320), false],
  }
  const place = lands[name]
  if (place) {
    sky(stage, ground - height * 0.1, colour(0.75, 0.09, 235))
    land(stage, ...place)
    if (name === 'field' || name === 'mountains') tufts(stage, place[1], 170)
    if (name === 'snow')
      for (let at = 0; at < 60; at += 1)
        pen.ellipse(
          random() * width,
          random() * height,
          random.between(1.5, 5),
          random.between(1.5, 5),
          '#fff',
          'fill-opacity=".85"',
        )
    return
  }
  if (name === 'night' || name === 'underwater') {
    const deep = name === 'underwater'
    sheet(
      stage,
      0,
      height,
      deep ? colour(0.72, 0.1, 205) : colour(0.2, 0.06, 285),
      deep ? colour(0.34, 0.08, 235) : colour(0.38, 0.1, 300),
    )
    for (let at = 0; at < 3; at += 1)
      pen.ellipse(
        random() * width,
        random() * height * 0.8,
        330,
        250,
        pen.radial(0.5, 0.5, 0.5, [
          [0, deep ? colour(0.9, 0.07, 195) : colour(0.6, 0.18, random.between(200, 350)), 0.34],
          [1, colour(0.5, 0.1, 280), 0],
        ]),
      )
    for (let at = 0; at < (deep ? 30 : 90); at += 1)
      pen.ellipse(
        random() * width,
        random() * height,
        random.between(0.8, deep ? 8 : 3),
        random.between(0.8, deep ? 8 : 3),
        '#fff',
        `fill-opacity="${random.between(0.15, deep ? 0.4 : 1).toFixed(2)}"`,
      )
    if (deep)
      pen.path(
        `M0 ${ground}C${width * 0.3} ${ground - 50} ${width * 0.6} ${ground + 30} ${width} ${ground - 26}V${height}H0Z`,
        css(colour(0.6, 0.06, 190)),
      )
    return
  }
  studio({ ...stage, light })
}
