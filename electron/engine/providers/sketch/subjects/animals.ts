import { type Colour, colour, css, darker, fromHex, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'

/** Fur for animals without a named colour; a named one arrives as `main`. */
interface Coat {
  readonly fur?: string
  readonly ears: 'point' | 'flop' | 'round' | 'long' | 'none'
  readonly snout: number
  readonly mark?: 'mask' | 'belly' | 'mane' | 'stripes' | 'spines'
  readonly tail: 'thin' | 'bushy' | 'stub'
}
const coats: Record<string, Coat> = {
  '': { ears: 'point', snout: 0, tail: 'thin' },
  dog: { fur: 'c08a52', ears: 'flop', snout: 1, mark: 'belly', tail: 'thin' },
  bear: { fur: '7b5235', ears: 'round', snout: 1, tail: 'stub' },
  panda: { fur: 'f3f1ec', ears: 'round', snout: 0.6, mark: 'mask', tail: 'stub' },
  rabbit: { fur: 'd9cdbf', ears: 'long', snout: 0.3, mark: 'belly', tail: 'stub' },
  fox: { fur: 'd8662c', ears: 'point', snout: 0.8, mark: 'belly', tail: 'bushy' },
  monkey: { fur: '6e4b36', ears: 'round', snout: 1.2, mark: 'belly', tail: 'thin' },
  lion: { fur: 'd6a24e', ears: 'round', snout: 0.9, mark: 'mane', tail: 'thin' },
  tiger: { fur: 'e08a34', ears: 'round', snout: 0.8, mark: 'stripes', tail: 'thin' },
  raccoon: { fur: '8b8b90', ears: 'point', snout: 0.6, mark: 'mask', tail: 'bushy' },
  hedgehog: { fur: 'c9a077', ears: 'round', snout: 0.8, mark: 'spines', tail: 'stub' },
  capybara: { fur: '9a6b43', ears: 'round', snout: 1.5, tail: 'stub' },
  frog: { fur: '6aa84f', ears: 'none', snout: 0, mark: 'belly', tail: 'stub' },
}

/** An animal that sits and looks at us. */
function sitter(kit: Kit): void {
  const { pen, random, main, accent, ink, paper, option } = kit
  const coat = coats[option] ?? { ears: 'point', snout: 0, tail: 'thin' }
  const fur = main
  const dark = option === 'panda' || option === 'raccoon' ? ink : darker(fur, 0.12)
  const pale = lighter(mixed(fur, paper, 0.6), 0.04)
  if (coat.tail === 'thin') pen.line('M38 -14C84 -6 92 -46 74 -74', pen.shade(fur), 13)
  if (coat.tail === 'bushy') pen.path('M34 -8C84 8 104 -40 84 -92C74 -64 60 -44 32 -34Z', pen.shade(fur))
  if (coat.tail === 'bushy')
    pen.path(
      'M84 -92C92 -72 92 -58 90 -48C80 -54 74 -58 70 -62C78 -72 82 -82 84 -92Z',
      css(option === 'raccoon' ? ink : pale),
    )
  if (coat.mark === 'spines')
    for (let at = 0; at < 15; at += 1)
      pen.path(
        'M-7 -44L0 -100L7 -44Z',
        pen.shade(darker(fur, 0.22)),
        `transform="translate(0 -58) rotate(${-112 + at * 16})"`,
      )
  pen.path('M-36 -116C-60 -80 -64 -20 -50 0L50 0C64 -20 60 -80 36 -116Z', pen.shade(fur))
  if (coat.mark === 'belly' || coat.mark === 'mask') pen.ellipse(0, -46, 28, 44, css(pale), 'fill-opacity=".8"')
  for (const x of [-42, 42]) pen.ellipse(x, -13, 22, 15, pen.shade(dark))
  for (const x of [-15, 15])
    pen.path(
      `M${x - 13} -62C${x - 13} -30 ${x - 12} -14 ${x - 14} -6C${x - 12} 2 ${x + 12} 2 ${x + 13} -6C${x + 12} -20 ${x + 13} -40 ${x + 12} -62Z`,
      pen.shade(option === 'panda' ? ink : lighter(fur, 0.02)),
    )
  for (const x of [-15, 15]) pen.line(`M${x - 4} -8v6M${x + 4} -8v6`, css(darker(fur, 0.22)), 1.4)
  if (coat.mark === 'mane')
    for (let at = 0; at < 14; at += 1)
      pen.ellipse(0, -186, 20, 26, pen.shade(darker(fur, 0.17)), `transform="rotate(${at * 26} 0 -138)"`)
  for (const side of [-1, 1]) {
    pen.open(`translate(0 -138) scale(${side} 1)`, side < 0)
    if (coat.ears === 'point') pen.path('M-50 -14C-54 -46 -50 -64 -44 -66C-34 -62 -20 -50 -8 -38Z', pen.shade(fur))
    if (coat.ears === 'point')
      pen.path('M-44 -28C-46 -44 -44 -52 -42 -54C-36 -50 -28 -44 -22 -38Z', css(mixed(fur, colour(0.7, 0.1, 20), 0.6)))
    if (coat.ears === 'round') pen.ellipse(-37, -34, 18, 18, pen.shade(dark))
    if (coat.ears === 'round') pen.ellipse(-36, -32, 10, 10, css(mixed(fur, paper, 0.3)))
    if (coat.ears === 'long') pen.ellipse(-20, -58, 13, 36, pen.shade(fur), 'transform="rotate(-10 -20 -40)"')
    if (coat.ears === 'long')
      pen.ellipse(-20, -57, 6.5, 26, css(mixed(fur, colour(0.75, 0.1, 20), 0.6)), 'transform="rotate(-10 -20 -40)"')
    pen.close()
  }
  pen.path(
    'M0 -188C36 -188 56 -164 54 -134C52 -106 28 -94 0 -94C-28 -94 -52 -106 -54 -134C-56 -164 -36 -188 0 -188Z',
    pen.shade(fur),
  )
  if (coat.mark === 'stripes')
    for (const [x, y] of [
      [-46, -150],
      [46, -150],
      [-48, -130],
      [48, -130],
      [0, -182],
    ] as const)
      pen.path(`M${x} ${y - 4}L${x * 0.55} ${y + 2}L${x} ${y + 5}Z`, css(ink))
  if (coat.mark === 'stripes')
    pen.path('M-6 -187L0 -164L6 -187ZM-22 -183L-14 -164L-12 -185ZM22 -183L14 -164L12 -185Z', css(ink))
  for (const side of [-1, 1]) {
    if (coat.mark === 'mask')
      pen.ellipse(side * 24, -140, 15, 17, css(ink), `transform="rotate(${side * 24} ${side * 24} -140)"`)
    if (option === 'frog') pen.ellipse(side * 30, -178, 20, 20, pen.shade(fur))
    const eyeY = option === 'frog' ? -180 : -142
    if (option === '' || option === 'frog')
      pen.ellipse(
        side * (option === 'frog' ? 30 : 23),
        eyeY,
        11,
        11,
        css(option === '' ? mixed(accent, colour(0.85, 0.14, 110), 0.6) : paper),
      )
    pen.ellipse(side * (option === 'frog' ? 30 : 23), eyeY, option === '' ? 5 : 7, 8, css(darker(ink, 0.05)))
    pen.ellipse(side * (option === 'frog' ? 30 : 23) + 2.5, eyeY - 3, 2.4, 2.4, css(paper))
  }
  if (coat.snout > 0)
    pen.ellipse(
      0,
      -118,
      20 + coat.snout * 5,
      15 + coat.snout * 4,
      css(coat.mark === 'belly' || coat.mark === 'mask' ? pale : lighter(fur, 0.1)),
    )
  if (option !== 'frog')
    pen.path(
      'M-8 -128C-4 -132 4 -132 8 -128C7 -121 2 -118 0 -117C-2 -118 -7 -121 -8 -128Z',
      css(coat.snout > 0 ? ink : colour(0.62, 0.1, 20)),
    )
  pen.line(
    option === 'frog'
      ? 'M-30 -124Q0 -104 30 -124'
      : 'M0 -117v5M0 -112C-4 -104 -14 -104 -17 -110M0 -112C4 -104 14 -104 17 -110',
    css(darker(fur, 0.35)),
    2,
  )
  if (option === '')
    for (const side of [-1, 1])
      pen.line(
        `M${side * 22} -118L${side * 62} -124M${side * 22} -113L${side * 62} -110`,
        css(paper),
        1,
        'stroke-opacity=".8"',
      )
  if (random.chance(0.5) && (option === 'dog' || option === '')) {
    pen.line('M-38 -98Q0 -80 38 -98', pen.shade(accent), 8)
    pen.ellipse(0, -84, 7, 7, css(colour(0.82, 0.13, 88)))
  }
}

/** Leg length, neck length, body depth, and what tells it apart, per animal that stands on four legs. */
const builds: Record<string, { legs: number; neck: number; deep: number; extra: string; fur: string }> = {
  horse: { legs: 78, neck: 44, deep: 50, extra: 'mane', fur: '8a5a36' },
  zebra: { legs: 72, neck: 40, deep: 50, extra: 'stripes', fur: 'f0eee8' },
  cow: { legs: 56, neck: 14, deep: 66, extra: 'spots', fur: 'f2ede4' },
  elephant: { legs: 58, neck: 4, deep: 84, extra: 'trunk', fur: '8f9299' },
  giraffe: { legs: 78, neck: 92, deep: 42, extra: 'spots', fur: 'e0b060' },
  deer: { legs: 74, neck: 40, deep: 44, extra: 'antlers', fur: 'a9713f' },
  sheep: { legs: 40, neck: 8, deep: 70, extra: 'wool', fur: 'f0ebe0' },
  pig: { legs: 30, neck: 2, deep: 66, extra: 'snout', fur: 'eda9a4' },
  dinosaur: { legs: 54, neck: 70, deep: 62, extra: 'plates', fur: '6f9a5b' },
}
export const standingFur = (option: string): Colour | null => {
  const hex = builds[option]?.fur ?? coats[option]?.fur
  return hex === undefined ? null : fromHex(hex)
}

/** An animal on four legs from the side, looking right. */
function walker(kit: Kit): void {
  const { pen, random, main, ink, paper, option } = kit
  const { legs, neck, deep, extra } = builds[option] ?? { legs: 70, neck: 40, deep: 50, extra: '' }
  const small = 190 / (legs + deep + neck * 0.9 + 34)
  pen.open(`scale(${Math.min(1, small)})`)
  const [belly, back] = [-legs, -legs - deep]
  const leg = (x: number, far: boolean) =>
    pen.path(
      `M${x - 10} ${belly - 14}C${x - 9} ${belly + legs * 0.5} ${x - 6} -20 ${x - 7} 0L${x + 7} 0C${x + 6} -20 ${x + 9} ${belly + legs * 0.5} ${x + 11} ${belly - 14}Z`,
      far ? css(darker(main, 0.15)) : pen.shade(main),
    )
  leg(-44, true)
  leg(42, true)
  pen.line(
    `M-66 ${back + 14}C-84 ${back + 24} -80 ${back + 50} -86 ${back + 66}`,
    css(darker(main, 0.14)),
    extra === 'mane' ? 11 : 5,
  )
  if (extra === 'plates')
    pen.path(
      `M-62 ${back + 12}C-90 ${back + 22} -104 ${belly + 20} -124 ${belly + 34}C-96 ${belly + 24} -80 ${belly} -56 ${belly - 12}Z`,
      pen.shade(main),
    )
  if (extra === 'plates')
    for (let x = -52; x < 52; x += 17)
      pen.path(`M${x - 9} ${back + 8}L${x} ${back - 16}L${x + 9} ${back + 8}Z`, pen.shade(darker(kit.accent, 0.02)))
  pen.path(
    `M46 ${back + 6}L${70 + neck * 0.22} ${back - neck + 4}L${94 + neck * 0.1} ${back - neck + 22}L66 ${belly - 10}Z`,
    pen.shade(main),
  )
  if (extra === 'mane')
    pen.path(
      `M40 ${back + 8}C52 ${back - 10} 60 ${back - neck} ${68 + neck * 0.2} ${back - neck - 6}L${78 + neck * 0.2} ${back - neck + 6}C70 ${back - 12} 62 ${back + 4} 56 ${back + 14}Z`,
      pen.shade(darker(main, 0.24)),
    )
  const round = deep * 0.42
  const trunk = `M-70 ${back + round}C-70 ${back} -50 ${back} -30 ${back + 3}C0 ${back + 8} 30 ${back + 6} 50 ${back + 1}C76 ${back + 2} 78 ${belly - 14} 60 ${belly - 2}C30 ${belly + 6} -30 ${belly + 8} -54 ${belly - 2}C-68 ${belly - 6} -70 ${belly - round} -70 ${back + round}Z`
  pen.path(trunk, pen.shade(main))
  if (extra === 'wool')
    for (let at = 0; at < 18; at += 1)
      pen.ellipse(-62 + (at % 6) * 25, back + 10 + Math.floor(at / 6) * 24, 17, 17, pen.round(lighter(main, 0.02)))
  const patch = option === 'giraffe' ? colour(0.55, 0.09, 55) : ink
  if (extra === 'spots')
    for (let at = 0; at < (option === 'giraffe' ? 16 : 6); at += 1)
      pen.ellipse(
        -50 + random.between(0, 100),
        back + 12 + random.between(0, deep - 24),
        option === 'giraffe' ? 7 : random.between(9, 18),
        option === 'giraffe' ? 6 : random.between(8, 14),
        css(patch),
      )
  if (option === 'giraffe')
    for (let at = 0; at < 6; at += 1) pen.ellipse(66 + at * 3.2, back - at * 14, 5, 5, css(patch))
  if (extra === 'stripes')
    for (let x = -58; x < 60; x += 14)
      pen.path(
        `M${x} ${back + 4}Q${x + 10} ${back + deep * 0.5} ${x - 2} ${belly - 4}L${x + 3} ${belly - 4}Q${x + 17} ${back + deep * 0.5} ${x + 7} ${back + 4}Z`,
        css(ink),
      )
  leg(-58, false)
  leg(54, false)
  for (const x of [-58, 54]) pen.path(`M${x - 8} -8h15v8h-15Z`, css(darker(main, 0.3)))
  const [hx, hy] = [84 + neck * 0.16, back - neck + 6]
  pen.path(
    `M${hx - 22} ${hy - 8}C${hx - 14} ${hy - 24} ${hx + 8} ${hy - 22} ${hx + 20} ${hy - 8}L${hx + 40} ${hy + 10}C${hx + 42} ${hy + 22} ${hx + 30} ${hy + 26} ${hx + 20} ${hy + 22}C${hx + 4} ${hy + 20} ${hx - 12} ${hy + 22} ${hx - 22} ${hy + 14}Z`,
    pen.shade(extra === 'wool' ? mixed(ink, main, 0.3) : main),
  )
  if (extra === 'trunk') {
    pen.line(
      `M${hx + 26} ${hy + 8}C${hx + 52} ${hy + 30} ${hx + 30} ${hy + 70} ${hx + 44} ${hy + 92}`,
      pen.shade(main),
      17,
    )
    pen.path(
      `M${hx - 10} ${hy - 14}C${hx - 46} ${hy - 26} ${hx - 54} ${hy + 40} ${hx - 16} ${hy + 38}C${hx - 4} ${hy + 30} ${hx - 4} ${hy} ${hx - 10} ${hy - 14}Z`,
      pen.shade(darker(main, 0.06)),
    )
    pen.path(
      `M${hx + 14} ${hy + 22}Q${hx + 26} ${hy + 44} ${hx + 50} ${hy + 40}Q${hx + 34} ${hy + 36} ${hx + 26} ${hy + 20}Z`,
      css(paper),
    )
  } else pen.path(`M${hx - 14} ${hy - 16}L${hx - 20} ${hy - 34}L${hx - 2} ${hy - 20}Z`, pen.shade(darker(main, 0.06)))
  if (extra === 'antlers')
    pen.line(
      `M${hx - 6} ${hy - 18}C${hx - 12} ${hy - 40} ${hx - 30} ${hy - 44} ${hx - 28} ${hy - 62}M${hx - 14} ${hy - 38}L${hx + 2} ${hy - 58}M${hx - 24} ${hy - 46}L${hx - 40} ${hy - 52}`,
      css(colour(0.72, 0.05, 70)),
      4,
    )
  if (extra === 'snout') pen.ellipse(hx + 36, hy + 12, 8, 11, css(darker(main, 0.08)))
  pen.ellipse(hx + 6, hy - 4, 3.4, 3.8, css(darker(ink, 0.06)))
  pen.close()
}

export const animals: Readonly<Record<string, Subject>> = {
  sitter: { draw: sitter, width: 120, tall: 200, bulk: 0.85, rests: 'stands' },
  walker: { draw: walker, width: 150, tall: 190, bulk: 1.15, rests: 'stands' },
}
