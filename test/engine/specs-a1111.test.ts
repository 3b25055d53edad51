import { describe, expect, test } from 'vitest'
import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('a1111.hand.json')
const settings = { models: 'photon_v1, upscaler:R-ESRGAN 4x+' }
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const requests = fullestRequests(a1111, settings)
const options = {
  generate: {
    alwayson_scripts: {},
    cfg_scale: 7,
    distilled_cfg_scale: 3.5,
    enable_hr: true,
    hr_scale: 2,
    hr_upscaler: 'x',
  },
  edit: {
    denoising_strength: 0.5,
    resize_mode: 2,
    restore_faces: true,
    sampler_name: 'Euler',
    scheduler: 'Karras',
    steps: 9,
  },
  upscale: {
    codeformer_visibility: 0.5,
    codeformer_weight: 1,
    gfpgan_visibility: 0,
    upscale_first: true,
    upscaler_2: 'y',
  },
  cutout: {},
}

describe.skipIf(spec === null)('what goes to AUTOMATIC1111 is what its document says', () => {
  test('there is a request for each operation', () => {
    expect(requests.map(({ operation }) => operation)).toEqual(['generate', 'edit', 'upscale'])
  })

  test.each(requests)('$model, $operation', async (request) => {
    for (const more of [{}, options[request.operation ?? 'cutout']]) {
      const { sent } = await recordRequest(a1111, settings, { ...request, options: more }, inputs)
      expect([sent.length, sent.flatMap((one) => spec?.problems(one))]).toEqual([1, []])
    }
  })

  test.each(requests)('the check of $model, $operation is alive', async (request) => {
    const { sent } = await recordRequest(a1111, settings, request, inputs)
    const [good] = sent
    if (!good || typeof good.body !== 'object') throw new Error('nothing was sent')
    expect(spec?.problems({ ...good, body: { ...good.body, prompt: 7, upscaler_1: 7 } })).not.toEqual([])
    expect(spec?.problems({ ...good, body: { ...good.body, no_such_field: 1 } })).toEqual([
      'no_such_field is no field of it',
    ])
  })

  test('what there is', () => {
    const get = (path: string) => spec?.problems({ method: 'GET', path, body: undefined })
    expect([get('/sdapi/v1/sd-models'), get('/sdapi/v1/upscalers')]).toEqual([[], []])
    expect(get('/sdapi/v1/no-such')).not.toEqual([])
  })
})
