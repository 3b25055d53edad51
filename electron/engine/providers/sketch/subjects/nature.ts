import { type Colour, colour, css, darker, lighter, mixed, turned } from '../colour.ts'
import type { Kit, Pen, Subject } from '../pen.ts'

const bark = colour(0.42, 0.06, 55)
const leafGreen = colour(0.56, 0.11, 142)

function tree(kit: Kit): void {
  const { pen, random, main, option, accent } = kit
  if (option === 'conifer') {
    pen.rect(-8, -24, 16, 24, 2, pen.shade(bark))
    for (let at = 0; at < 4; at += 1) {
      const [y, half] = [-18 - at * 42, 66 - at * 13]
      pen.path(
        `M0 ${y - 72}L${half} ${y}Q${half * 0.4} ${y + 9} 0 ${y + 2}Q${-half * 0.4} ${y + 9} ${-half} ${y}Z`,
        pen.shade(lighter(main, at * 0.03)),
      )
    }
    return
  }
  if (option === 'palm') {
    pen.path('M-8 0C-2 -60 4 -110 26 -150L36 -148C18 -104 12 -60 12 0Z', pen.shade(colour(0.56, 0.07, 60)))
    for (let at = 0; at < 9; at += 1)
      pen.line(`M${-5 + at * 3.1} ${-10 - at * 15}q8 -4 15 0`, css(darker(bark, 0.05)), 1.6)
    for (const turn of [-172, -140, -104, -72, -36, -4])
      pen.path(
        'M0 0C24 -22 58 -20 82 8C56 -4 28 -2 0 6Z',
        pen.shade(main),
        `transform="translate(31 -150) rotate(${turn + 22})"`,
      )
    return
  }
  if (option === 'cactus') {
    pen.line('M-36 -100L-36 -78C-36 -66 -30 -62 -8 -62M38 -124L38 -100C38 -88 30 -84 8 -84', pen.shade(main), 22)
    pen.rect(-20, -176, 40, 176, 20, pen.shade(main))
    for (const x of [-10, 0, 10]) pen.line(`M${x} -166V-8`, css(darker(main, 0.1)), 1.6)
    return pen.ellipse(4, -176, 11, 8, pen.round(accent))
  }
  if (option === 'mushroom') {
    pen.path('M-22 -84C-18 -40 -28 -10 -32 0L32 0C28 -10 18 -40 22 -84Z', pen.shade(colour(0.92, 0.03, 85)))
    pen.path('M-92 -80C-88 -176 88 -176 92 -80C60 -66 -60 -66 -92 -80Z', pen.shade(main))
    pen.path('M-88 -80C-50 -68 50 -68 88 -80C60 -92 -60 -92 -88 -80Z', css(darker(colour(0.88, 0.04, 80), 0.06)))
    for (const [x, y, r] of [
      [-48, -112, 11],
      [-6, -132, 14],
      [40, -114, 12],
      [10, -100, 7],
      [66, -94, 6],
    ] as const)
      pen.ellipse(x, y, r, r * 0.8, css(kit.paper), 'fill-opacity=".92"')
    return
  }
  pen.path('M-13 0C-7 -30 -7 -56 -9 -84L9 -84C7 -56 8 -30 15 0Z', pen.shade(bark))
  pen.line('M0 -70Q20 -90 30 -106M-1 -62Q-18 -84 -30 -94', pen.shade(bark), 7)
  const puffs = Array.from(
    { length: 9 },
    (_, at) => [Math.cos(at * 2.399) * (14 + at * 5.5), -124 + Math.sin(at * 2.399) * (10 + at * 4)] as const,
  )
  for (const [x, y] of puffs) pen.ellipse(x, y + 6, 36, 33, css(darker(main, 0.09)))
  for (const [x, y] of puffs) pen.ellipse(x, y, random.between(26, 35), random.between(25, 32), pen.round(main))
  if (option === 'fruit')
    for (let at = 0; at < 9; at += 1)
      pen.ellipse(random.between(-50, 50), random.between(-160, -92), 6, 6, pen.round(accent))
}

function flowerHead(pen: Pen, random: () => number, x: number, y: number, r: number, of: Colour, kind: number): void {
  const petals = [6, 8, 12, 5][kind % 4] ?? 6
  for (const [ring, count] of [
    [1, petals],
    [0.62, petals],
  ] as const)
    for (let at = 0; at < count; at += 1) {
      const turn = (at * 360) / count + (ring < 1 ? 180 / count : 0)
      pen.ellipse(
        x,
        y - r * 0.56 * ring,
        r * (petals > 8 ? 0.17 : 0.29) * (ring < 1 ? 0.9 : 1),
        r * 0.46 * ring,
        pen.shade(ring < 1 ? lighter(of, 0.07) : of),
        `transform="rotate(${turn + random() * 5} ${x} ${y})"`,
      )
    }
  pen.ellipse(x, y, r * 0.24, r * 0.24, pen.round(colour(0.8, 0.14, 80)))
}

function flower(kit: Kit): void {
  const { pen, random, main, accent, trim, option } = kit
  if (option === 'plant') {
    for (let at = 0; at < 11; at += 1) {
      const turn = -78 + at * 15.6 + random.between(-6, 6)
      const long = random.between(84, 118) - Math.abs(turn) * 0.3
      pen.path(
        `M0 0C-22 ${-long * 0.4} -16 ${-long * 0.85} 0 ${-long}C16 ${-long * 0.85} 22 ${-long * 0.4} 0 0Z`,
        pen.shade(at % 2 ? main : darker(main, 0.06)),
        `transform="translate(0 -66) rotate(${turn})"`,
      )
      pen.line(`M0 -4V${-long + 12}`, css(lighter(main, 0.12)), 1.2, `transform="translate(0 -66) rotate(${turn})"`)
    }
    pen.path('M-44 -76L44 -76L34 -4C34 0 -34 0 -34 -4Z', pen.shade(accent))
    return pen.rect(-48, -82, 96, 16, 4, pen.shade(lighter(accent, 0.04)))
  }
  if (option === 'leaf') {
    pen.path('M-66 -16C-84 -110 -10 -180 82 -182C92 -96 40 -4 -50 -22Z', pen.shade(main))
    pen.line('M-84 4C-40 -50 20 -110 72 -170', css(lighter(main, 0.16)), 4)
    for (let at = 0; at < 6; at += 1)
      pen.line(
        `M${-44 + at * 18} ${-42 - at * 21}q-6 -22 -4 -36M${-44 + at * 18} ${-42 - at * 21}q22 4 38 0`,
        css(lighter(main, 0.12)),
        1.8,
      )
    return
  }
  const kind = random.pick([0, 1, 2, 3])
  const heads = [
    [0, -150, 46],
    [-50, -116, 34],
    [48, -106, 36],
  ] as const
  for (const [x, y] of heads) pen.line(`M0 0Q${x * 0.2} ${y * 0.5} ${x} ${y}`, css(darker(leafGreen, 0.06)), 4.5)
  for (const [x, y, turn] of [
    [-4, -30, -58],
    [4, -44, 52],
    [-2, -60, -34],
    [2, -18, 66],
  ] as const)
    pen.path(
      'M0 0C-14 -18 -12 -42 0 -58C12 -42 14 -18 0 0Z',
      pen.shade(leafGreen),
      `transform="translate(${x} ${y}) rotate(${turn})"`,
    )
  heads.forEach(([x, y, r], at) => {
    flowerHead(
      pen,
      random,
      x,
      y,
      r,
      at === 0 ? main : at === 1 ? mixed(main, accent, 0.5) : mixed(main, trim, 0.25),
      kind,
    )
  })
}

function fruit(kit: Kit): void {
  const { pen, random, main, option, paper } = kit
  if (option === 'banana') {
    for (const turn of [14, 0, -14])
      pen.path(
        'M-74 -84C-58 -10 26 8 84 -40L88 -32C46 26 -62 30 -92 -80L-88 -96L-78 -96Z',
        pen.shade(turn === 0 ? main : darker(main, 0.05)),
        `transform="translate(0 ${-10 - turn * 0.3}) rotate(${turn} -84 -88)"`,
      )
    return
  }
  if (option === 'melon') {
    pen.path('M-96 -84A96 84 0 0 0 96 -84Z', pen.shade(leafGreen))
    pen.path('M-88 -84A88 74 0 0 0 88 -84Z', css(lighter(paper, 0)))
    pen.path('M-82 -84A82 66 0 0 0 82 -84Z', pen.shade(main))
    for (const [x, y] of [
      [-48, -66],
      [-20, -54],
      [14, -60],
      [46, -66],
      [-4, -36],
      [28, -38],
      [-34, -40],
    ] as const)
      pen.ellipse(x, y, 2.8, 5, css(kit.ink))
    return
  }
  const one = (x: number, y: number, r: number, of: Colour) => {
    pen.ellipse(x, y, r, r * 0.94, pen.round(of))
    pen.path(`M${x - 4} ${y - r * 0.84}q4 -3 8 0l-3 3h-3Z`, css(darker(of, 0.2)))
    pen.line(`M${x} ${y - r * 0.86}q2 -10 7 -16`, css(bark), 3.4)
    pen.path(
      `M${x + 4} ${y - r - 4}C${x + 14} ${y - r - 20} ${x + 30} ${y - r - 18} ${x + 34} ${y - r - 10}C${x + 24} ${y - r + 2} ${x + 12} ${y - r + 2} ${x + 4} ${y - r - 4}Z`,
      pen.shade(leafGreen),
    )
  }
  if (option === 'small') {
    for (let at = 0; at < 7; at += 1)
      pen.ellipse(-66 + at * 22, -18 - (at % 2) * 3, 19, 18, pen.round(turned(main, random.between(-8, 8))))
    for (let at = 0; at < 4; at += 1)
      pen.ellipse(-40 + at * 26, -46, 19, 18, pen.round(turned(main, random.between(-8, 8))))
    return pen.ellipse(2, -74, 19, 18, pen.round(main))
  }
  one(-44, -40, 41, turned(main, 12))
  one(46, -36, 37, turned(main, -14))
  one(2, -44, 46, main)
}

function food(kit: Kit): void {
  const { pen, random, main, accent, trim, paper, option } = kit
  const crust = colour(0.68, 0.1, 65)
  if (option === 'cake') {
    pen.ellipse(0, -4, 94, 13, pen.shade(paper))
    pen.path('M-70 -64V-14C-70 4 70 4 70 -14V-64Z', pen.shade(mixed(crust, main, 0.55)))
    pen.path('M-70 -36C-70 -20 70 -20 70 -36V-27C70 -11 -70 -11 -70 -27Z', pen.shade(paper))
    pen.path(
      'M-72 -66C-72 -94 72 -94 72 -66C74 -40 62 -40 56 -52C48 -36 36 -36 30 -50C20 -28 6 -30 0 -46C-10 -32 -24 -30 -30 -48C-40 -38 -50 -36 -54 -54C-64 -40 -74 -46 -72 -66Z',
      pen.shade(lighter(main, 0.09)),
    )
    pen.ellipse(0, -74, 68, 14, pen.shade(lighter(main, 0.13)))
    for (let at = 0; at < 7; at += 1)
      pen.ellipse(-48 + at * 16, -82 + Math.abs(at - 3) * 2.4, 9, 9, pen.round(at % 2 ? accent : trim))
    pen.line('M0 -92V-128', css(paper), 5)
    return pen.path('M0 -150C9 -138 8 -130 0 -130C-8 -130 -8 -140 0 -150Z', css(colour(0.84, 0.15, 75)))
  }
  if (option === 'cone') {
    pen.path('M-38 -100L38 -100L0 0Z', pen.shade(crust))
    for (let at = -2; at < 4; at += 1)
      pen.line(
        `M${at * 15 - 14} -100l18 46M${at * 15 + 10} -100l-18 46`,
        css(darker(crust, 0.1)),
        1.2,
        'stroke-opacity=".7"',
      )
    pen.ellipse(-20, -120, 34, 32, pen.round(main))
    pen.ellipse(22, -120, 34, 32, pen.round(accent))
    pen.ellipse(0, -156, 34, 32, pen.round(trim))
    pen.path('M-44 -104q8 14 16 4q8 14 18 2q10 14 20 0q10 12 18 0q10 8 16 -6Z', pen.shade(main))
    return pen.ellipse(8, -192, 10, 10, pen.round(colour(0.56, 0.2, 25)))
  }
  if (option === 'burger') {
    pen.ellipse(0, -4, 96, 13, pen.shade(paper))
    pen.path('M-76 -26C-76 0 76 0 76 -26Z', pen.shade(crust))
    pen.rect(-80, -46, 160, 22, 11, pen.shade(colour(0.38, 0.06, 40)))
    pen.path('M-78 -52L78 -52L44 -34L20 -50L-20 -34Z', pen.shade(colour(0.82, 0.15, 80)))
    pen.path('M-84 -60q14 -12 28 0t28 0t28 0t28 0t28 0t26 -2l-6 16h-154Z', pen.shade(leafGreen))
    pen.rect(-74, -74, 148, 14, 7, pen.shade(colour(0.58, 0.19, 28)))
    pen.path('M-78 -72C-78 -144 78 -144 78 -72Z', pen.shade(crust))
    for (let at = 0; at < 12; at += 1)
      pen.ellipse(-50 + ((at * 31) % 100), -92 - ((at * 17) % 28), 3.4, 2.1, css(paper))
    return
  }
  if (option === 'bread' || option === 'egg') {
    pen.ellipse(0, -6, 96, 16, pen.shade(paper))
    pen.ellipse(0, -8, 76, 10, css(darker(paper, 0.07)))
    if (option === 'egg') {
      pen.path(
        'M-62 -16C-74 -40 -30 -40 -8 -42C30 -48 78 -36 62 -16C48 -4 -48 -4 -62 -16Z',
        pen.shade(colour(0.97, 0.01, 90)),
      )
      return pen.ellipse(2, -30, 25, 18, pen.round(colour(0.8, 0.16, 78)))
    }
    pen.path(
      'M-74 -26C-96 -66 -60 -84 0 -84C60 -84 96 -66 74 -26C66 -6 -66 -6 -74 -26Z',
      pen.shade(mixed(crust, main, 0.25)),
    )
    for (const x of [-40, -8, 24]) pen.path(`M${x} -76q22 12 22 48q-22 -20 -22 -48Z`, css(lighter(crust, 0.14)))
    return
  }
  if (option === 'pizza') {
    pen.path('M-96 -36L0 -160L96 -36C60 -8 -60 -8 -96 -36Z', pen.shade(colour(0.84, 0.13, 82)))
    pen.path('M-100 -42C-60 -10 60 -10 100 -42L104 -28C62 12 -62 12 -104 -28Z', pen.shade(crust))
    for (const [x, y] of [
      [0, -112],
      [-26, -72],
      [28, -66],
      [-54, -46],
      [0, -40],
      [56, -44],
    ] as const)
      pen.ellipse(x, y, 13, 10, pen.round(colour(0.55, 0.18, 30)))
    for (let at = 0; at < 9; at += 1)
      pen.ellipse(
        random.between(-50, 50),
        random.between(-80, -34),
        5,
        2.4,
        css(leafGreen),
        `transform="rotate(${at * 11})"`,
      )
    return
  }
  // A bowl with something good in it.
  const filling = [accent, trim, leafGreen, colour(0.84, 0.12, 80), colour(0.6, 0.16, 30)]
  for (let at = 0; at < 15; at += 1)
    pen.ellipse(
      -66 + (at % 8) * 19,
      -86 - (at > 7 ? 13 : 0) - random.between(0, 7),
      random.between(12, 19),
      random.between(10, 15),
      pen.round(random.pick(filling)),
    )
  pen.path('M-92 -84C-90 -30 -60 -10 -34 -8L34 -8C60 -10 90 -30 92 -84C60 -72 -60 -72 -92 -84Z', pen.shade(main))
  pen.path('M-92 -84C-60 -70 60 -70 92 -84C91 -78 60 -64 0 -64C-60 -64 -91 -78 -92 -84Z', css(lighter(main, 0.13)))
  pen.rect(-34, -9, 68, 9, 3, pen.shade(darker(main, 0.06)))
  pen.line('M-78 -54Q0 -34 78 -54', css(accent), 3, 'stroke-opacity=".7"')
  if (random.chance(0.5)) pen.line('M30 -98L88 -176M40 -96L100 -170', pen.shade(colour(0.5, 0.08, 50)), 4.5)
}

export const nature: Readonly<Record<string, Subject>> = {
  tree: { draw: tree, width: 110, tall: 185, bulk: 1.4, rests: 'stands' },
  flower: { draw: flower, width: 90, tall: 190, bulk: 0.75, rests: 'stands' },
  fruit: { draw: fruit, width: 170, tall: 110, bulk: 0.5, rests: 'stands' },
  food: { draw: food, width: 180, tall: 130, bulk: 0.6, rests: 'stands' },
}
