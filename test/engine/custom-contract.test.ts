import { provider } from './custom-service.ts'
import { describeProvider } from './provider-contract.ts'

const unsupportedSize = { width: 65, height: 64 }

describeProvider({
  provider: provider('single', { auth: { header: 'authorization', scheme: 'Bearer' } }),
  settingsFor: (url) => ({ baseUrl: `${url}/v1` }),
  request: { model: 'fake-image' },
  unsupportedSize,
  refusal: 'submit',
})

describeProvider({
  provider: provider('array'),
  settingsFor: (url) => ({ baseUrl: `${url}/custom` }),
  request: { model: 'default' },
  unsupportedSize,
  refusal: 'submit',
})

describeProvider({
  provider: provider('inOrder', { answer: { ...orderedAnswer() } }),
  settingsFor: (url) => ({ baseUrl: `${url}/custom` }),
  request: { model: 'default' },
  unsupportedSize,
  refusal: 'submit',
})

describeProvider({
  provider: provider('poll'),
  settingsFor: (url) => ({ baseUrl: `${url}/custom` }),
  request: { model: 'default' },
  unsupportedSize,
  refusal: 'poll',
})

describeProvider({
  provider: provider('picture', {
    answer: { as: 'bytes', refused: { at: '/error/code', values: ['content_policy'] } },
  }),
  settingsFor: (url) => ({ baseUrl: `${url}/custom` }),
  request: { model: 'default' },
  unsupportedSize,
  refusal: 'submit',
})

function orderedAnswer() {
  return {
    pictures: '/image_url',
    as: 'url',
    seed: '/seed',
    error: ['/error/message'],
    status: { at: '/status', done: ['completed'], failed: ['failed'] },
    refused: { at: '/error/code', values: ['content_policy'] },
  }
}
