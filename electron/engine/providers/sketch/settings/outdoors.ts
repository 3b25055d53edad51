import { type Colour, colour, css, darker, lighter, mixed } from '../colour.ts'
import { dim, glow, type Stage, sheet } from './stage.ts'

export function sky(stage: Stage, horizon: number, day: Colour): void {
  const { light, width, pen, random } = stage
  const warm = light.height < 0.3
  const top = light.day < 0.4 ? colour(0.24, 0.07, 275) : warm ? colour(0.66, 0.09, 300) : day
  const low =
    light.day < 0.4 ? colour(0.42, 0.09, 285) : warm ? colour(0.87, 0.1, 62) : mixed(day, colour(0.97, 0.01, 90), 0.75)
  sheet(stage, 0, horizon + 2, top, low)
  const x = width * (0.5 + light.side * random.between(0.2, 0.32))
  if (light.day < 0.4) {
    for (let at = 0; at < 46; at += 1)
      pen.ellipse(
        random() * width,
        random() * horizon * 0.85,
        random.between(0.8, 2.6),
        random.between(0.8, 2.6),
        '#fff',
        `fill-opacity="${random.between(0.35, 0.95).toFixed(2)}"`,
      )
    pen.ellipse(x, horizon * 0.26, 44, 44, css(colour(0.96, 0.03, 95)))
    glow(stage, x, horizon * 0.26, 190, 0.35)
  } else {
    const y = warm ? horizon * 0.8 : horizon * 0.2
    glow(stage, x, y, warm ? 330 : 220, 0.75)
    pen.ellipse(x, y, warm ? 56 : 36, warm ? 56 : 36, css(lighter(light.tint, 0.05)))
    for (let at = 0; at < 4; at += 1) {
      const [cx, cy, long] = [random() * width, horizon * random.between(0.12, 0.6), random.between(70, 170)]
      pen.path(
        `M${cx - long} ${cy}q${long * 0.2} -26 ${long * 0.55} -20q${long * 0.3} -34 ${long * 0.75} -6q${long * 0.5} -8 ${long * 0.7} 26Z`,
        css(lighter(low, 0.06)),
        'fill-opacity=".62"',
      )
    }
  }
}

/** Hills of three distances; the nearest ends at the ground. */
export function land(stage: Stage, far: Colour, near: Colour, peaks: boolean): void {
  const { pen, random, width, height, ground, light } = stage
  const horizon = ground - height * 0.16
  for (let row = 0; row < 3; row += 1) {
    const of = dim(light, mixed(far, near, row / 2))
    const y = horizon - height * (0.2 - row * 0.1)
    if (peaks && row < 2) {
      let d = `M-20 ${ground}`
      for (let x = -20; x < width + 180; x += 180) {
        const top = y - random.between(10, 120 - row * 50)
        d += `L${x} ${y + 70}L${x + random.between(70, 110)} ${top}`
        if (row === 0) pen.path(`M${x + 90} ${top - 20}l-46 76l22 -8l16 22l18 -20l30 10Z`, 'none')
      }
      pen.path(
        `${d}L${width + 20} ${ground}Z`,
        pen.linear(0, 0, 0, 1, [
          [0, lighter(of, row === 0 ? 0.2 : 0.07)],
          [0.4, of],
          [1, lighter(of, 0.06)],
        ]),
      )
    } else {
      const s = random.between(-70, 70)
      pen.path(
        `M-20 ${y + 60}C${width * 0.2 + s} ${y - 40} ${width * 0.4 + s} ${y + 110} ${width * 0.62 + s} ${y + 40}S${width} ${y} ${width + 20} ${y + 50}V${ground + 60}H-20Z`,
        pen.linear(0, 0, 0, 1, [
          [0, lighter(of, 0.06)],
          [1, darker(of, 0.03)],
        ]),
      )
    }
  }
  sheet(stage, horizon, height - horizon, dim(light, lighter(near, 0.05)), dim(light, darker(near, 0.1)))
}

export function tufts({ pen, random, width, height, light, ground }: Stage, of: Colour, count: number): void {
  let [blades, lit] = ['', '']
  for (let at = 0; at < count; at += 1) {
    const depth = random()
    const [x, y, tall] = [random() * width, ground - height * 0.14 + depth * (height * 0.36), 6 + depth * 22]
    const blade = `M${x} ${y}q${random.between(-4, 4)} ${-tall * 0.6} ${random.between(-9, 9)} ${-tall}`
    if (at % 3 === 0) lit += blade
    else blades += blade
  }
  pen.line(blades, css(dim(light, darker(of, 0.12))), 2, 'stroke-opacity=".6"')
  pen.line(lit, css(dim(light, lighter(of, 0.12))), 2, 'stroke-opacity=".7"')
}

export function sea(stage: Stage, boards: boolean): void {
  const { pen, random, width, height, light, ground } = stage
  const horizon = ground - height * 0.3
  sky(stage, horizon, colour(0.76, 0.09, 232))
  const water = dim(light, light.height < 0.3 ? colour(0.58, 0.08, 250) : colour(0.64, 0.1, 222))
  sheet(stage, horizon, height * 0.2, mixed(lighter(water, 0.1), light.tint, 0.2), water)
  let glitter = ''
  for (let at = 0; at < 60; at += 1)
    glitter += `M${random() * width} ${horizon + 4 + random() ** 1.5 * height * 0.17}h${random.between(8, 44)}`
  pen.line(glitter, css(lighter(light.tint, 0.03)), 2, 'stroke-opacity=".5"')
  const shore = horizon + height * 0.17
  if (boards) {
    const plank = dim(light, colour(0.66, 0.05, 66))
    sheet(stage, shore, height - shore, lighter(plank, 0.05), darker(plank, 0.08))
    for (let at = -9; at <= 9; at += 1)
      pen.line(
        `M${width / 2 + at * width * 0.065} ${shore}L${width / 2 + at * width * 0.2} ${height}`,
        css(darker(plank, 0.17)),
        3,
      )
    for (let at = 0; at < 3; at += 1)
      pen.rect(width * (0.16 + at * 0.33), shore - 84, 10, 90, 2, css(darker(plank, 0.13)))
    pen.rect(0, shore - 82, width, 9, 3, css(darker(plank, 0.06)))
    return
  }
  const sand = dim(light, colour(0.87, 0.05, 80))
  pen.path(
    `M0 ${shore}C${width * 0.25} ${shore - 22} ${width * 0.5} ${shore + 24} ${width} ${shore - 8}V${height}H0Z`,
    pen.linear(0, 0, 0, 1, [
      [0, darker(sand, 0.06)],
      [1, sand],
    ]),
  )
  pen.line(
    `M0 ${shore}C${width * 0.25} ${shore - 22} ${width * 0.5} ${shore + 24} ${width} ${shore - 8}`,
    '#fff',
    10,
    'stroke-opacity=".75"',
  )
  let ripples = ''
  for (let at = 0; at < 60; at += 1)
    ripples += `M${random() * width} ${shore + 30 + random() * (height - shore)}q${random.between(10, 30)} -5 ${random.between(30, 70)} 0`
  pen.line(ripples, css(darker(sand, 0.09)), 1.5, 'stroke-opacity=".5"')
}

export function street(stage: Stage): void {
  const { pen, random, width, height, light, ground, wall } = stage
  const edge = ground - height * 0.12
  sky(stage, edge, colour(0.8, 0.06, 235))
  const stone = mixed(dim(light, colour(0.66, 0.04, 50)), wall, 0.3)
  for (let row = 0; row < 2; row += 1)
    for (let x = -random.between(10, 60); x < width; ) {
      const [w, tall] = [
        random.between(90, 170),
        height * random.between(row === 0 ? 0.42 : 0.24, row === 0 ? 0.62 : 0.42),
      ]
      const of = mixed(darker(stone, row * 0.07 + random.between(-0.04, 0.05)), light.tint, row === 0 ? 0.4 : 0.12)
      pen.rect(
        x,
        edge - tall,
        w - 4,
        tall,
        2,
        pen.linear(0, 0, 0, 1, [
          [0, of],
          [1, lighter(of, 0.07)],
        ]),
      )
      if (row === 1)
        for (let n = 0; n < 12; n += 1)
          pen.rect(
            x + 12 + (n % 3) * (w * 0.29),
            edge - tall + 18 + Math.floor(n / 3) * 46,
            w * 0.17,
            25,
            2,
            css(random.chance(light.day < 0.5 ? 0.6 : 0.2) ? colour(0.9, 0.1, 85) : darker(of, 0.14)),
          )
      x += w
    }
  const road = dim(light, colour(0.6, 0.012, 260))
  sheet(stage, edge, height - edge, lighter(road, 0.08), darker(road, 0.06))
  pen.rect(0, edge, width, 9, 0, css(lighter(road, 0.2)))
  for (let at = -7; at <= 7; at += 1)
    pen.line(
      `M${width / 2 + at * width * 0.11} ${edge + 9}L${width / 2 + at * width * 0.26} ${height}`,
      css(darker(road, 0.08)),
      2,
    )
  pen.line(
    `M0 ${edge + (height - edge) * 0.38}H${width}M0 ${edge + (height - edge) * 0.75}H${width}`,
    css(darker(road, 0.08)),
    2,
  )
}

export function forest(stage: Stage): void {
  const { pen, random, width, height, light, ground } = stage
  const green = colour(0.55, 0.085, 148)
  sheet(stage, 0, height, dim(light, mixed(lighter(green, 0.34), light.tint, 0.35)), dim(light, lighter(green, 0.08)))
  glow(stage, width * (0.5 + light.side * 0.25), height * 0.22, width * 0.5, 0.7)
  for (let row = 0; row < 3; row += 1) {
    const of = dim(light, mixed(lighter(green, 0.22), darker(green, 0.2), row / 2))
    for (let x = random.between(-40, 40); x < width + 40; x += random.between(60, 130) + row * 40) {
      const wide = 9 + row * 13
      pen.path(
        `M${x} -5L${x + wide} -5L${x + wide * 1.3} ${ground - 70 + row * 26}L${x - wide * 0.4} ${ground - 70 + row * 26}Z`,
        css(of),
        `fill-opacity="${0.55 + row * 0.18}"`,
      )
    }
    for (let at = 0; at < 7; at += 1)
      pen.ellipse(
        random() * width,
        random.between(-30, 60) + (2 - row) * 26,
        random.between(90, 170),
        random.between(50, 90),
        css(of),
        'fill-opacity=".5"',
      )
  }
  sheet(stage, ground - height * 0.12, height, dim(light, darker(green, 0.06)), dim(light, darker(green, 0.2)))
  tufts(stage, green, 150)
}
