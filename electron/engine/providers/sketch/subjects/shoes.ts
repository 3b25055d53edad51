import { css, darker, lighter, mixed } from '../colour.ts'
import type { Kit } from '../pen.ts'

/** How high the collar goes and how thick the sole is, by kind of shoe. */
const cuts: Record<string, { collar: number; sole: number; laces: number; chunky: boolean }> = {
  '': { collar: 0, sole: 1, laces: 5, chunky: false },
  trail: { collar: 2, sole: 1.2, laces: 5, chunky: true },
  high: { collar: 46, sole: 1, laces: 7, chunky: false },
  boot: { collar: 56, sole: 1.2, laces: 7, chunky: true },
  slip: { collar: -8, sole: 0.95, laces: 0, chunky: false },
}

/** A shoe from the side, toe to the right. */
function fromSide({ pen, random, main, accent, trim, ink, paper, option }: Kit): void {
  const cut = cuts[option] ?? { collar: 0, sole: 1, laces: 5, chunky: false }
  const tall = cut.collar > 20
  const s = -19 * cut.sole
  const top = -82 - cut.collar
  const soleColour = random.chance(0.72) ? paper : mixed(trim, paper, 0.55)
  const panel = darker(main, 0.075)

  // The inside and the tongue, seen over the near side of the collar.
  pen.path(
    `M-84 ${top + 4}C-66 ${top - 7} -30 ${top - 5} -10 ${top + 4}L-16 ${top + 26}L-74 ${top + 26}Z`,
    css(darker(mixed(main, ink, 0.6), 0.06)),
  )
  if (option !== 'slip')
    pen.path(
      `M-32 ${top + 16}C-30 ${top - 4} -26 ${top - 14} -15 ${top - 17}C-6 ${top - 19} 1 ${top - 11} 3 ${top - 2}L${tall ? '12 -84' : '24 -64'}L-16 -56Z`,
      pen.shade(darker(main, 0.06)),
    )
  pen.line(
    `M-78 ${top + 10}C-62 ${top + 2} -38 ${top + 4} -24 ${top + 10}`,
    css(mixed(main, ink, 0.3)),
    3,
    'stroke-opacity=".6"',
  )

  const [c1, c2] = tall ? ['-2 -96', '10 -68'] : ['4 -72', '24 -62']
  const dip = tall ? 5 : option === 'slip' ? 13 : 17
  pen.path(
    `M-93 ${s + 6}C-99 -40 -95 ${-56 - cut.collar * 0.5} -89 ${top + 6}C-88 ${top - 5} -80 ${top - 9} -74 ${top - 4}C-66 ${top + dip - 4} -54 ${top + dip} -42 ${top + dip - 1}C-30 ${top + dip - 2} -24 ${top + 4} -17 ${top - 2}C-12 ${top - 5} -8 ${top - 3} -6 ${top + 3}C${c1} ${c2} 50 -51C64 -47 70 -46 76 -43C92 -37 100 -29 98 ${s + 6}Z`,
    pen.shade(main),
  )

  if (option === 'slip') {
    pen.path(
      `M-34 ${top + 11}C-26 ${top + 9} -18 ${top + 1} -12 ${top - 2}L-2 -56C-8 -46 -20 -42 -28 -46Z`,
      pen.shade(accent),
    )
    for (let at = 0; at < 6; at += 1)
      pen.line(`M${-31 + at * 3.6} ${top + 11 - at * 2.2}L${-25 + at * 4.2} -49`, css(darker(accent, 0.13)), 0.8)
    pen.line(`M-8 ${top + 4}C4 -72 24 -62 50 -51`, css(darker(main, 0.12)), 2)
  } else {
    // Heel counter, toe cap and the stay for the laces.
    pen.path(`M-93 ${s + 6}C-98 -38 -95 -52 -92 -64C-76 -60 -60 -44 -55 ${s + 6}Z`, pen.shade(panel))
    pen.path(`M98 ${s + 6}C100 -29 92 -37 76 -43C66 -38 58 -30 58 ${s + 6}Z`, pen.shade(cut.chunky ? trim : panel))
    pen.path(
      `M-17 ${top - 1}C-12 ${top - 5} -8 ${top - 3} -6 ${top + 3}C${c1} ${c2} 50 -51C46 -44 38 -40 28 -42C${tall ? '2 -54 -14 -74' : '8 -50 -10 -60'} -20 ${top + 8}Z`,
      pen.shade(lighter(main, 0.05)),
    )
  }

  const mark = option === 'slip' ? 'none' : random.pick(['chevrons', 'bars', 'ridge', 'patch', 'none'])
  const markFill = pen.shade(accent)
  if (mark === 'chevrons')
    for (const x of [-42, -28])
      pen.path(`M${x} -52L${x + 8} -52L${x + 17} -38L${x + 8} -24L${x} -24L${x + 9} -38Z`, markFill)
  if (mark === 'bars')
    for (const x of [-28, -15]) pen.path(`M${x + 18} ${s - 2}L${x + 26} ${s - 3}L${x} -58L${x - 7} -56Z`, markFill)
  if (mark === 'ridge') pen.line('M-50 -27L-38 -42L-28 -32L-14 -50L-2 -34L8 -42L22 -28', markFill, 4.2)
  if (mark === 'patch') pen.ellipse(-30, -46, 11.5, 11.5, markFill)
  if (mark === 'patch') pen.ellipse(-30, -46, 7.6, 7.6, 'none', `stroke="${css(paper)}" stroke-width="1.3"`)

  // Seams and holes: they only resolve at full size.
  const seam = 'stroke-dasharray="1.6 1.5" stroke-opacity=".75"'
  pen.line(`M-88 -61C-73 -57 -58 -42 -52.5 ${s + 4}`, css(lighter(main, 0.16)), 0.7, seam)
  pen.line(`M73 -42C64 -36 56 -30 55.500 ${s + 4}`, css(lighter(main, 0.16)), 0.7, seam)
  pen.line(
    `M-84 ${top + 11}C-68 ${top + dip + 6} -36 ${top + dip + 6} -20 ${top + 8}`,
    css(lighter(main, 0.14)),
    0.8,
    seam,
  )
  if (!cut.chunky)
    for (let at = 0; at < 7; at += 1)
      pen.ellipse(70 + (at % 4) * 5 + (at > 3 ? 2 : 0), -31 + (at > 3 ? 5 : 0), 0.9, 0.9, css(darker(main, 0.2)))

  // Laces from their eyelets over the throat, and a bow.
  const laceColour = random.chance(0.7) ? paper : accent
  for (let at = 0; at < cut.laces; at += 1) {
    const t = 0.04 + (at / Math.max(1, cut.laces - 1)) * 0.84
    const bend = (a: number, b: number, c: number, d: number) =>
      a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t ** 3
    const [x, y] = tall
      ? [bend(-6, -2, 10, 50), bend(top + 3, -96, -68, -51)]
      : [bend(-6, 4, 24, 50), bend(top + 3, -72, -62, -51)]
    pen.line(
      `M${x - 9} ${y + 8}Q${x - 1} ${y - 2} ${x + 6} ${y - 2}`,
      css(darker(main, 0.22)),
      4.4,
      'stroke-opacity=".45"',
    )
    pen.line(`M${x - 9} ${y + 7}Q${x - 1} ${y - 3} ${x + 6} ${y - 3}`, css(laceColour), 3.5)
    pen.ellipse(x - 9, y + 7, 1.4, 1.4, css(darker(main, 0.25)))
  }
  if (cut.laces > 0)
    pen.line(
      `M-9 ${top + 4}C-22 ${top - 4} -28 ${top + 10} -9 ${top + 6}C4 ${top + 18} 16 ${top + 8} -7 ${top + 4}`,
      css(laceColour),
      2.3,
    )

  // Pull tab, and the light along the top of the toe.
  pen.path(
    `M-94 ${top + 22}L-90 ${top - 4}C-90 ${top - 11} -81 ${top - 11} -80.500 ${top - 4}L-84 ${top + 22}Z`,
    pen.shade(accent),
  )
  pen.line('M34 -55C48 -50 62 -46 74 -42C84 -38 91 -33 94 -28', css(lighter(main, 0.22)), 1.6, 'stroke-opacity=".55"')
  if (option === 'boot')
    pen.line(`M-64 ${top + 28}C-44 ${top + 36} -32 ${top + 32} -20 ${top + 24}`, css(darker(main, 0.14)), 1.4)

  // The sole rises at the toe; its groove, and the tread.
  const k = cut.sole
  const tread = cut.chunky ? darker(trim, 0.1) : mixed(darker(soleColour, 0.22), accent, random.chance(0.5) ? 0.7 : 0)
  if (cut.chunky)
    for (let x = -84; x < 74; x += 12)
      pen.path(
        `M${x} -4L${x + 9} -4L${x + 7} ${3.5 - Math.max(0, x - 44) * 0.16}L${x + 1} ${3.5 - Math.max(0, x - 44) * 0.14}Z`,
        css(tread),
      )
  pen.path(
    `M-95 ${-24 * k}C-104 ${-12 * k} -100 0 -86 0L46 0C72 0 93 ${-5 * k} 101 ${-14 * k}C105 ${-20 * k} 102 ${-26 * k} 96 ${-25 * k}C80 ${-18 * k} 62 ${-16 * k} 40 ${-16 * k}C0 ${-16 * k} -40 ${-20 * k} -95 ${-24 * k}Z`,
    pen.shade(soleColour, 0.8),
  )
  pen.path(
    `M-100 ${-8 * k}C-98 -1 -93 0 -86 0L46 0C72 0 93 ${-5 * k} 101 ${-14 * k}C88 ${-8 * k} 68 -5 46 -5L-84 -5C-92 -5 -97 -6 -100 ${-8 * k}Z`,
    css(tread),
  )
  pen.line(
    `M-97 ${-15 * k}C-50 ${-12 * k} 30 ${-10 * k} 60 ${-11.5 * k}C78 ${-12.5 * k} 90 ${-15 * k} 100 ${-19 * k}`,
    css(darker(soleColour, 0.15)),
    1,
  )
  if (!cut.chunky)
    for (let x = -66; x < 40; x += 4) pen.line(`M${x} ${-9.5 * k}v2.600`, css(darker(soleColour, 0.1)), 0.7)
}

/** One shoe of a pair from above, toe up, 60 wide and 170 long. */
function oneFromAbove({ pen, main, accent, trim, ink, paper }: Kit, mirrored: boolean, x: number, lean: number): void {
  pen.open(`translate(${x} -92) rotate(${lean})${mirrored ? ' scale(-1 1)' : ''}`, mirrored)
  pen.path(
    'M-30 -38C-30 -76 -12 -90 2 -90C22 -90 34 -70 33 -40C32 -10 26 20 26 48C26 74 14 88 -2 88C-18 88 -27 74 -27 48C-27 20 -30 -8 -30 -38Z',
    pen.shade(paper),
  )
  pen.path(
    'M-26 -38C-26 -72 -11 -84 2 -84C19 -84 29 -68 28 -40C27 -10 22 20 22 48C22 70 12 82 -2 82C-15 82 -23 70 -23 48C-23 20 -26 -8 -26 -38Z',
    pen.shade(main),
  )
  pen.path('M-25 -46C-22 -74 -10 -84 2 -84C17 -84 27 -70 28 -46C14 -56 -12 -56 -25 -46Z', pen.shade(darker(main, 0.07)))
  pen.path('M-15 26C-16 4 -10 -8 0 -8C11 -8 16 4 15 26C14 56 12 70 -1 70C-13 70 -14 52 -15 26Z', css(darker(ink, 0.03)))
  pen.path('M-11 34C-11 24 10 24 11 34C11 58 9 65 -1 65C-10 65 -11 56 -11 34Z', css(mixed(trim, ink, 0.25)))
  pen.path(
    'M-13 22C-14 -6 -12 -34 -9 -40C-4 -46 8 -46 12 -40C14 -32 15 -6 14 22C6 14 -6 14 -13 22Z',
    pen.shade(lighter(main, 0.05)),
  )
  for (let at = 0; at < 5; at += 1)
    pen.line(`M-13 ${-34 + at * 10}Q1 ${-40 + at * 10} 15 ${-34 + at * 10}`, css(paper), 3.2)
  pen.path('M-8 81C-8 70 6 70 6 81Z', pen.shade(accent))
  pen.line('M-20 -40C-20 -66 -10 -78 2 -78', css(lighter(main, 0.2)), 1.4, 'stroke-opacity=".6"')
  pen.close()
}

/** The sole, toe up. */
function sole({ pen, random, main, accent, trim, paper }: Kit): void {
  const outline =
    'M-36 -132C-38 -172 -16 -190 4 -190C32 -190 46 -160 44 -126C42 -98 30 -84 28 -62C30 -44 34 -30 30 -16C26 2 10 4 -2 4C-20 4 -32 -6 -32 -26C-32 -44 -24 -60 -26 -80C-28 -98 -36 -112 -36 -132Z'
  pen.path(outline, pen.shade(paper))
  pen.open('translate(2 -6) scale(.88 .95)')
  pen.path(outline, pen.shade(main))
  const kind = random.pick(['bars', 'rings', 'studs'])
  for (let y = -178; y < -6; y += 13) {
    const half = y < -84 ? 30 - Math.abs(y + 132) * 0.18 : 19 - Math.abs(y + 36) * 0.12
    const fill = css(y < -84 ? accent : trim)
    if (kind === 'bars') pen.line(`M${4 - half} ${y}L4 ${y + 7}L${4 + half} ${y}`, fill, 5)
    if (kind === 'studs') for (let x = -half; x <= half; x += 12) pen.path(`M${x} ${y - 5}l6 5l-6 5l-6 -5Z`, fill)
    if (kind === 'rings' && y > -170 && y < -16)
      pen.line(`M${3 - half} ${y + 4}a${half} ${half * 0.6} 0 0 1 ${half * 2} 0`, fill, 4)
  }
  pen.close()
}

export function drawShoe(kit: Kit): void {
  if (kit.view === 'sole') sole(kit)
  else if (kit.view === 'top') {
    const lean = kit.random.between(2, 9)
    oneFromAbove(kit, true, -40, -lean)
    oneFromAbove(kit, false, 40, lean * 0.6)
  } else fromSide(kit)
}
