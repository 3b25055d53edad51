import { customProviderId, parseCustomService } from '#shared/contract/custom-services.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { baseFrom } from '../hosted-settings.ts'
import type { Provider } from '../provider.ts'
import { sentenceOf } from '../refuse-unsupported.ts'
import { modelOf } from './models.ts'
import flixlyLike from './presets/flixly-like.json' with { type: 'json' }
import openaiLike from './presets/openai-like.json' with { type: 'json' }
import pictureBody from './presets/picture-body.json' with { type: 'json' }
import submitAndPoll from './presets/submit-and-poll.json' with { type: 'json' }
import wireflowLike from './presets/wireflow-like.json' with { type: 'json' }
import zskyLike from './presets/zsky-like.json' with { type: 'json' }
import { refuse, wishOf } from './request.ts'
import { openSession } from './session.ts'
import { limitsOf, settingsOf } from './settings.ts'

/** Examples to begin with, by their names. Those of services on the internet were read, not tried: each says so. */
export const customPresets: readonly { readonly preset: string; readonly service: CustomService }[] = Object.entries({
  'zsky-like': zskyLike,
  'flixly-like': flixlyLike,
  'wireflow-like': wireflowLike,
  'openai-like': openaiLike,
  'picture-body': pictureBody,
  'submit-and-poll': submitAndPoll,
}).map(([preset, json]) => ({ preset, service: parseCustomService(json) }))

/**
 * A provider made from a description. What answers depends on the address and the template, so both are in the prompt
 * hash. Its key may also come from `CUSTOM_NAME_API_KEY`: a description cannot choose the variable, or it could have
 * another service's key sent to its own address.
 */
export function customProvider(service: CustomService): Provider {
  const settings = settingsOf(service)
  const baseOf = (given: unknown): URL | null => baseFrom(settings.parse(given).baseUrl)
  return {
    id: customProviderId(service.name),
    label: service.label,
    about: service.about,
    settings,
    keyVariables: service.auth ? [`CUSTOM_${service.name.toUpperCase().replaceAll('-', '_')}_API_KEY`] : [],
    isOwnServer: true,
    behind: () => wishOf(service),
    keyOptional: service.auth?.optional ?? true,
    anyModel: service.anyModel,
    lostReply: service.lostReply,
    models: (given) => service.models.flatMap(({ id }) => modelOf(service, id, baseOf(given)) ?? []),
    model: (id, given) => modelOf(service, id, baseOf(given)),
    checker: () => sentenceOf((request) => refuse(service, request)),
    pictureLimits: () => ({ maxBytes: service.limits.pictureMegabytes * 1_000_000 }),
    origin: (given) => baseOf(given)?.origin ?? null,
    moreOrigins: () => service.poll?.origins ?? [],
    isConfigured: (given) => baseOf(given) !== null,
    limits: (given) => limitsOf(service, settings.parse(given)),
    open: (given, io) => openSession(service, settings.parse(given), io),
  }
}
