import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { comfyui } from '#engine/providers/comfyui/comfyui.ts'
import { sdcpp } from '#engine/providers/sdcpp/sdcpp.ts'
import { describeProvider } from './provider-contract.ts'

describeProvider({
  provider: a1111,
  settingsFor: (url) => ({ baseUrl: `${url}/a1111` }),
  request: { model: 'photon_v1.safetensors [ec41bd2a82]' },
  unsupportedSize: { width: 65, height: 64 },
  refusal: null,
})

describeProvider({
  provider: comfyui,
  settingsFor: (url) => ({ baseUrl: `${url}/comfyui`, pollSeconds: 0.01 }),
  request: { model: 'sdxl.safetensors' },
  unsupportedSize: { width: 65, height: 64 },
  refusal: null,
})

describeProvider({
  provider: sdcpp,
  settingsFor: (url) => ({ baseUrl: `${url}/sdcpp`, pollSeconds: 0.01 }),
  request: { model: 'tiny-sd' },
  unsupportedSize: { width: 65, height: 64 },
  refusal: null,
})
