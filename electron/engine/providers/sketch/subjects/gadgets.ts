import { colour, css, darker, lighter, mixed } from '../colour.ts'
import type { Kit, Subject } from '../pen.ts'

const night = colour(0.24, 0.02, 260)

function watch(kit: Kit): void {
  const { pen, random, main, accent, paper, ink, option } = kit
  if (option !== 'clock') {
    pen.path('M-24 -150L-20 -196L20 -196L24 -150ZM-24 -50L-20 0L20 0L24 -50Z', pen.shade(main))
    pen.line('M-14 -192v40M14 -192v40M-14 -48v42M14 -48v42', css(lighter(main, 0.16)), 0.9, 'stroke-dasharray="2 2"')
  }
  const case_ = option === 'clock' ? main : random.pick([colour(0.8, 0.01, 250), colour(0.78, 0.1, 85), ink])
  const r = option === 'clock' ? 84 : 60
  pen.rect(r - 4, -106, 12, 12, 3, pen.shade(case_))
  pen.ellipse(0, -100, r, r, pen.shade(case_, 1.4))
  pen.ellipse(0, -100, r * 0.86, r * 0.86, pen.shade(random.chance(0.5) ? paper : mixed(accent, ink, 0.55)))
  const marks = random.chance(0.5) ? accent : mixed(ink, paper, 0.4)
  for (let hour = 0; hour < 12; hour += 1)
    pen.rect(
      -1.6,
      -100 - r * 0.78,
      3.2,
      hour % 3 === 0 ? r * 0.16 : r * 0.09,
      1,
      css(marks),
      `transform="rotate(${hour * 30} 0 -100)"`,
    )
  for (let minute = 0; minute < 60; minute += 2)
    pen.line(`M0 ${-100 - r * 0.82}v2`, css(marks), 0.6, `transform="rotate(${minute * 6} 0 -100)"`)
  const turn = random.between(0, 360)
  pen.line(`M0 -94v${-r * 0.48}`, css(marks), 5, `transform="rotate(${turn} 0 -100)"`)
  pen.line(`M0 -92v${-r * 0.68}`, css(marks), 3, `transform="rotate(${turn * 7} 0 -100)"`)
  pen.line(`M0 -86v${-r * 0.76}`, css(colour(0.64, 0.2, 30)), 1.2, `transform="rotate(${turn * 3} 0 -100)"`)
  pen.ellipse(0, -100, 4, 4, css(case_))
  pen.path(
    `M${-r * 0.7} -130A${r * 0.8} ${r * 0.8} 0 0 1 ${r * 0.3} ${-100 - r * 0.74}L${-r * 0.3} ${-100 + r * 0.5}Z`,
    css(paper),
    'fill-opacity=".1"',
  )
}

/** Something on a screen or in a frame: a small picture of hills, discs or bands. */
function smallPicture(kit: Kit, x: number, y: number, width: number, height: number): void {
  const { pen, random, main, accent, trim, paper } = kit
  const [right, bottom] = [x + width, y + height]
  pen.rect(
    x,
    y,
    width,
    height,
    1,
    pen.linear(0, 0, 0, 1, [
      [0, mixed(accent, paper, 0.7)],
      [1, mixed(main, paper, 0.4)],
    ]),
  )
  const kind = random.pick(['hills', 'discs', 'bands'])
  if (kind === 'hills') {
    pen.ellipse(x + width * 0.68, y + height * 0.36, width * 0.13, width * 0.13, css(lighter(accent, 0.1)))
    pen.path(
      `M${x} ${bottom}L${x} ${y + height * 0.66}L${x + width * 0.3} ${y + height * 0.42}L${x + width * 0.55} ${y + height * 0.7}L${x + width * 0.75} ${y + height * 0.55}L${right} ${y + height * 0.75}V${bottom}Z`,
      pen.shade(main),
    )
    pen.path(
      `M${x} ${bottom}V${y + height * 0.82}Q${x + width * 0.5} ${y + height * 0.66} ${right} ${y + height * 0.86}V${bottom}Z`,
      pen.shade(darker(trim, 0.05)),
    )
  } else if (kind === 'discs') {
    pen.ellipse(x + width * 0.4, y + height * 0.45, width * 0.26, width * 0.26, pen.shade(main))
    pen.path(
      `M${x + width * 0.35} ${y + height * 0.78}a${width * 0.25} ${width * 0.25} 0 0 1 ${width * 0.5} 0Z`,
      pen.shade(trim),
    )
    pen.line(`M${x + width * 0.15} ${y + height * 0.86}h${width * 0.7}`, css(accent), width * 0.02)
  } else {
    for (let at = 0; at < 5; at += 1)
      pen.rect(x + (width / 5) * at, y + height * (0.15 + random.between(0, 0.5)), width / 5, 1, 0, css(accent))
    for (let at = 0; at < 4; at += 1)
      pen.path(
        `M${x} ${bottom}V${y + height * (0.35 + at * 0.15)}q${width * 0.25} ${random.between(-20, 10)} ${width * 0.5} 0t${width * 0.5} 0V${bottom}Z`,
        css(mixed(main, at % 2 ? trim : accent, at * 0.25)),
      )
  }
}

function device(kit: Kit): void {
  const { pen, main, accent, option, ink, paper } = kit
  const metal = mixed(main, colour(0.75, 0.01, 250), 0.55)
  if (option === 'laptop' || option === 'screen') {
    const y = option === 'laptop' ? -122 : -150
    if (option === 'screen') pen.path('M-14 -50L14 -50L18 -6L40 -2L40 0L-40 0L-40 -2L-18 -6Z', pen.shade(metal))
    pen.rect(-90, y, 180, 112, 8, pen.shade(darker(metal, 0.3)))
    smallPicture(kit, -84, y + 6, 168, 98)
    pen.path(`M-84 ${y + 6}L-20 ${y + 6}L-60 ${y + 104}L-84 ${y + 104}Z`, css(paper), 'fill-opacity=".09"')
    if (option === 'laptop')
      pen.path('M-92 -12L92 -12L104 -4C104 0 100 0 98 0L-98 0C-100 0 -104 0 -104 -4Z', pen.shade(metal))
    return
  }
  if (option === 'camera') {
    pen.path('M-30 -104L-20 -126L24 -126L34 -104Z', pen.shade(darker(main, 0.05)))
    pen.rect(-86, -106, 172, 104, 14, pen.shade(main))
    pen.rect(-86, -78, 172, 50, 0, pen.shade(mixed(ink, main, 0.2)))
    for (const [r, of] of [
      [44, darker(metal, 0.1)],
      [37, ink],
      [27, mixed(ink, accent, 0.35)],
      [15, night],
    ] as const)
      pen.ellipse(0, -54, r, r, pen.shade(of, 1.3))
    pen.ellipse(-10, -64, 7, 5, css(paper), 'fill-opacity=".7"')
    pen.rect(56, -114, 20, 9, 4, pen.shade(accent))
    return pen.ellipse(-62, -92, 6, 6, css(accent))
  }
  if (option === 'headphones') {
    pen.line('M-66 -64C-70 -190 70 -190 66 -64', pen.shade(main), 13)
    pen.line('M-58 -98C-50 -160 50 -160 58 -98', css(lighter(main, 0.12)), 3, 'stroke-opacity=".7"')
    for (const x of [-66, 66]) {
      pen.rect(x - 20, -92, 40, 78, 19, pen.shade(accent))
      pen.rect(x > 0 ? x - 26 : x + 8, -88, 18, 70, 9, pen.shade(mixed(ink, main, 0.25)))
    }
    return
  }
  if (option === 'guitar') {
    pen.open('rotate(24 0 -60)')
    pen.rect(-5, -196, 10, 120, 2, pen.shade(colour(0.42, 0.06, 50)))
    pen.path('M-11 -216L11 -216L8 -188L-8 -188Z', pen.shade(ink))
    pen.path(
      'M0 -98C22 -104 40 -92 34 -72C32 -62 36 -54 44 -44C60 -18 40 6 0 6C-40 6 -60 -18 -44 -44C-36 -54 -32 -62 -34 -72C-40 -92 -22 -104 0 -98Z',
      pen.shade(main),
    )
    pen.ellipse(0, -56, 15, 15, css(ink))
    pen.rect(-18, -22, 36, 7, 2, css(ink))
    for (let x = -3; x <= 3; x += 2) pen.line(`M${x} -196V-20`, css(paper), 0.6)
    return pen.close()
  }
  if (option === 'umbrella') {
    pen.line('M0 -150L0 -20C0 4 -24 4 -24 -16', pen.shade(colour(0.45, 0.07, 55)), 6)
    pen.path(
      'M-96 -100C-92 -200 92 -200 96 -100C84 -114 62 -114 50 -100C36 -114 14 -114 0 -100C-14 -114 -36 -114 -50 -100C-62 -114 -84 -114 -96 -100Z',
      pen.shade(main),
    )
    pen.path(
      'M0 -176C-30 -160 -46 -130 -50 -100C-36 -114 -14 -114 0 -100C14 -114 36 -114 50 -100C46 -130 30 -160 0 -176Z',
      pen.shade(accent),
    )
    return pen.line('M0 -176v-10', css(ink), 4)
  }
  pen.open(`rotate(${kit.random.between(-7, 7)} 0 -90)`)
  pen.rect(-46, -184, 92, 184, 15, pen.shade(darker(metal, 0.2)))
  pen.rect(-42, -180, 84, 176, 12, css(night))
  smallPicture(kit, -42, -164, 84, 144)
  for (const at of [0, 1, 2, 3])
    pen.rect(-34 + at * 18, -38, 13, 13, 4, css([main, accent, paper, kit.trim][at] ?? main))
  pen.rect(-14, -176, 28, 6, 3, css(ink))
  pen.path('M-42 -164L10 -164L-30 -16L-42 -16Z', css(paper), 'fill-opacity=".1"')
  pen.close()
}

function book(kit: Kit): void {
  const { pen, random, main, accent, trim, paper, ink, option } = kit
  const spines = [main, accent, trim, mixed(main, ink, 0.4), mixed(accent, paper, 0.4)]
  if (option === 'shelf') {
    const frame = colour(0.52, 0.07, 58)
    pen.rect(-90, -196, 180, 196, 4, pen.shade(darker(frame, 0.14)))
    for (let shelf = 0; shelf < 3; shelf += 1) {
      for (let x = -80; x < 66; ) {
        const [width, tall] = [random.between(9, 18), random.between(36, 52)]
        pen.rect(x, -12 - shelf * 62 - tall, width, tall, 1.5, pen.shade(random.pick(spines)))
        pen.line(`M${x + 2} ${-22 - shelf * 62}h${width - 4}`, css(paper), 1.4, 'stroke-opacity=".6"')
        x += width + 1
      }
      pen.rect(-90, -12 - shelf * 62, 180, 8, 1, pen.shade(frame))
    }
    return pen.path('M-90 -196h180v196h-180ZM-82 -188v180h164v-180Z', pen.shade(frame), 'fill-rule="evenodd"')
  }
  if (option === 'box') {
    pen.path('M-80 -104L10 -84L10 0L-80 -22Z', pen.shade(main))
    pen.path('M10 -84L82 -108L82 -28L10 0Z', css(darker(main, 0.12)))
    pen.path('M-80 -104L-6 -126L82 -108L10 -84Z', css(lighter(main, 0.08)))
    pen.path('M-42 -96L-34 -94L-34 -10L-42 -12ZM-42 -96L36 -117L44 -115L-34 -94Z', css(accent))
    pen.line('M-72 -34l50 13M-72 -42l30 8', css(darker(main, 0.14)), 1.2)
    return
  }
  if (option === 'open') {
    for (const flip of [1, -1]) {
      pen.open(`scale(${flip} 1)`, flip < 0)
      pen.path('M0 -8L98 -20L98 -96L0 -82Z', pen.shade(main))
      pen.path('M0 -14C30 -30 64 -30 92 -24L92 -102C64 -108 30 -106 0 -88Z', pen.shade(paper))
      for (let y = -92; y < -36; y += 7)
        pen.line(`M12 ${y}C34 ${y - 9} 60 ${y - 10} 82 ${y - 7}`, css(mixed(ink, paper, 0.55)), 1.1)
      pen.close()
    }
    return
  }
  const count = 3 + Math.floor(random() * 3)
  for (let at = 0; at < count; at += 1) {
    const [half, x, y] = [random.between(64, 86), random.between(-8, 8), -at * 27]
    const of = at === count - 1 ? main : random.pick(spines)
    pen.rect(x - half, y - 26, half * 2, 26, 4, pen.shade(of))
    pen.path(`M${x + half - 4} ${y - 22}h6v18h-6Z`, pen.shade(paper))
    pen.rect(x - half + 14, y - 26, 7, 26, 0, css(lighter(of, 0.12)))
    pen.line(`M${x - half + 34} ${y - 13}h${half * 0.8}`, css(lighter(of, 0.25)), 2.4)
  }
  if (option === '') pen.path(`M${-10} ${-count * 27}q30 -10 48 0l-2 3h-46Z`, pen.shade(accent))
}

function frame(kit: Kit): void {
  const { pen, random, main, accent, paper, ink, option, trim } = kit
  if (option === 'sign') {
    pen.rect(-4, -100, 8, 100, 2, pen.shade(colour(0.6, 0.01, 250)))
    const at = (r: number) =>
      Array.from(
        { length: 8 },
        (_, k) => `${r * Math.cos((k + 0.5) * 0.7854)} ${-134 + r * Math.sin((k + 0.5) * 0.7854)}`,
      ).join('L')
    pen.path(`M${at(60)}Z`, pen.shade(paper))
    pen.path(`M${at(54)}Z`, pen.shade(main))
    pen.rect(-34, -142, 68, 16, 3, css(paper))
    return
  }
  if (option === 'logo') {
    pen.ellipse(0, -100, 92, 92, pen.shade(main))
    pen.ellipse(0, -100, 80, 80, 'none', `stroke="${css(paper)}" stroke-width="3"`)
    const points = random.pick([3, 5, 6, 8])
    for (let at = 0; at < points; at += 1)
      pen.path(
        'M0 -100C-22 -124 -16 -152 0 -166C16 -152 22 -124 0 -100Z',
        pen.shade(at % 2 ? accent : paper),
        `transform="rotate(${(at * 360) / points} 0 -100)"`,
      )
    return pen.ellipse(0, -100, 12, 12, css(trim))
  }
  const wide = random.chance(0.5)
  const [width, height] = wide ? [180, 140] : [140, 180]
  pen.rect(-width / 2 + 5, -196 + 8, width, height, 2, css(ink), 'fill-opacity=".22"')
  pen.rect(
    -width / 2,
    -196,
    width,
    height,
    3,
    pen.shade(random.pick([colour(0.55, 0.08, 60), colour(0.26, 0.01, 80), colour(0.8, 0.09, 85)])),
  )
  pen.rect(-width / 2 + 7, -189, width - 14, height - 14, 1, css(paper))
  smallPicture(kit, -width / 2 + 19, -177, width - 38, height - 38)
}

function clothing(kit: Kit): void {
  const { pen, main, accent, paper, ink, option } = kit
  if (option === 'hat') {
    pen.path('M-58 -40C-62 -120 58 -120 58 -40Z', pen.shade(main))
    pen.path('M-60 -52Q0 -36 60 -52L60 -36Q0 -20 -60 -36Z', pen.shade(accent))
    return pen.path('M-100 -28C-60 -46 60 -46 100 -28C80 -4 -80 -4 -100 -28Z', pen.shade(darker(main, 0.03)))
  }
  if (option === 'glasses') {
    for (const x of [-46, 46]) {
      pen.ellipse(x, -50, 38, 34, pen.shade(mixed(accent, ink, 0.5)), 'fill-opacity=".75"')
      pen.ellipse(x, -50, 38, 34, 'none', `stroke="${css(main)}" stroke-width="8"`)
      pen.line(`M${x - 20} -60L${x - 4} -74`, css(paper), 5, 'stroke-opacity=".6"')
    }
    return pen.line('M-10 -56Q0 -64 10 -56M-84 -56L-98 -66M84 -56L98 -66', css(main), 7)
  }
  if (option === 'dress') {
    pen.path(
      'M-26 -190L-12 -190Q0 -170 12 -190L26 -190L30 -122C54 -70 66 -30 72 -4C40 6 -40 6 -72 -4C-66 -30 -54 -70 -30 -122Z',
      pen.shade(main),
    )
    pen.path('M-30 -126L30 -126L31 -114L-31 -114Z', pen.shade(accent))
    for (const x of [-40, -14, 14, 40]) pen.line(`M${x * 0.5} -110L${x} -4`, css(darker(main, 0.1)), 1.6)
    return
  }
  const sleeves =
    option === 'jacket'
      ? 'M-40 -178C-70 -170 -82 -150 -98 -40L-72 -34L-56 -104Z'
      : 'M-40 -178C-66 -172 -80 -156 -100 -116L-70 -96L-54 -118Z'
  pen.path(sleeves, pen.shade(darker(main, 0.05)))
  pen.path(sleeves, pen.shade(darker(main, 0.05)), 'transform="scale(-1 1)"')
  pen.path(
    'M-42 -178L-20 -186Q0 -166 20 -186L42 -178C56 -150 56 -120 56 -90L58 -8C40 0 -40 0 -58 -8L-56 -90C-56 -120 -56 -150 -42 -178Z',
    pen.shade(main),
  )
  pen.line('M-20 -186Q0 -162 20 -186', pen.shade(accent), 7)
  if (option === 'jacket') {
    pen.line('M0 -168V-6', css(darker(main, 0.2)), 2)
    for (let y = -150; y < -10; y += 22) pen.ellipse(6, y, 3, 3, css(accent))
    for (const x of [-44, 20])
      pen.rect(x, -62, 24, 30, 4, 'none', `stroke="${css(darker(main, 0.16))}" stroke-width="1.6"`)
  } else pen.ellipse(0, -118, 24, 24, pen.shade(accent))
  pen.line('M-40 -130Q-34 -80 -42 -20M38 -120Q32 -70 40 -20', css(darker(main, 0.1)), 1.6, 'stroke-opacity=".6"')
}

export const gadgets: Readonly<Record<string, Subject>> = {
  watch: { draw: watch, width: 90, tall: 196, bulk: 0.6, rests: 'stands' },
  device: { draw: device, width: 150, tall: 180, bulk: 0.75, rests: 'stands' },
  book: { draw: book, width: 170, tall: 140, bulk: 0.75, rests: 'stands' },
  frame: { draw: frame, width: 180, tall: 196, bulk: 1, rests: 'hangs' },
  sign: { draw: frame, width: 60, tall: 196, bulk: 1, rests: 'stands' },
  clothing: { draw: clothing, width: 150, tall: 190, bulk: 0.85, rests: 'stands' },
}
