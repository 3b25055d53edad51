import { useState } from 'react'
import { type DeliveryOutput, outputFits, outputFormats } from '#shared/contract/delivery.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { TextField } from '../ui/text-field.tsx'
import { BackgroundField } from './background-field.tsx'
import styles from './deliver-dialog.module.css'
import { outputPresets, plainOutput, presetOf, withAnother } from './output-presets.ts'

const hints = {
  original: 'The bytes as they came, with whatever they carry (C2PA too).',
  web: 'WebP, 2000 px at most, in sRGB, with where it comes from.',
  social: 'JPEG, cropped to 1080 x 1080 and 1200 x 628.',
  own: 'Each picture once for each of these.',
}

/** How each picture is handed over: a preset, or outputs of her own. */
export const OutputsField = ({
  outputs,
  onChange,
}: {
  outputs: readonly DeliveryOutput[]
  onChange: (outputs: DeliveryOutput[]) => void
}) => {
  const preset = presetOf(outputs)
  const [isOwn, setOwn] = useState(preset === 'own')
  const shown = isOwn ? 'own' : preset
  return (
    <div className={styles.choice}>
      <span className={styles.label}>Handed over</span>
      <Segmented
        label="Handed over"
        value={shown}
        choices={[
          { value: 'original', label: 'As they are' },
          { value: 'web', label: 'Web' },
          { value: 'social', label: 'Social' },
          { value: 'own', label: 'My own' },
        ]}
        onChange={(next) => {
          setOwn(next === 'own')
          if (next !== 'own') onChange([...outputPresets[next]])
          else if (outputs.length === 0) onChange([plainOutput])
        }}
      />
      <span className={styles.hint}>{hints[shown]}</span>
      {shown === 'own' && (
        <div className={styles.outputs}>
          {outputs.map((output, at) => (
            <OneOutput
              // biome-ignore lint/suspicious/noArrayIndexKey: an output has no identity but its place; its name is being typed
              key={at}
              output={output}
              number={at + 1}
              onChange={(next) => onChange(outputs.map((other, index) => (index === at ? next : other)))}
              onRemove={outputs.length > 1 ? () => onChange(outputs.filter((_, index) => index !== at)) : null}
            />
          ))}
          {outputs.length < 20 && (
            <Button icon="plus" onClick={() => onChange(withAnother(outputs))}>
              Another
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

const formatLabels: Record<DeliveryOutput['format'], string> = {
  original: 'Same format',
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  avif: 'AVIF',
}

const fitLabels: Record<DeliveryOutput['fit'], string> = {
  inside: 'Fit, never larger',
  contain: 'Fit, enlarge too',
  cover: 'Crop to size',
  pad: 'Pad to size',
}

const OneOutput = ({
  output,
  number,
  onChange,
  onRemove,
}: {
  output: DeliveryOutput
  number: number
  onChange: (output: DeliveryOutput) => void
  onRemove: (() => void) | null
}) => (
  <fieldset className={styles.output} aria-label={`Output ${number}`}>
    <div className={styles.outputHead}>
      <TextField
        label="Called"
        value={output.name}
        maxLength={40}
        spellCheck={false}
        onChange={(event) => onChange({ ...output, name: event.target.value })}
      />
      {onRemove && <IconButton icon="cross" label={`Remove output ${number}`} onClick={onRemove} />}
    </div>
    <div className={styles.outputParts}>
      <Select
        label="Format"
        value={output.format}
        choices={outputFormats.map((value) => ({ value, label: formatLabels[value] }))}
        onChange={(format) => onChange({ ...output, format })}
      />
      <Select
        label="Metadata"
        value={output.metadata}
        choices={[
          { value: 'keep', label: 'Keep metadata', note: 'and say where it comes from' },
          { value: 'minimal', label: 'Minimal', note: 'only that a model made it' },
          { value: 'strip', label: 'Strip all', note: 'the manifest says so' },
        ]}
        onChange={(metadata) => onChange({ ...output, metadata })}
      />
      <Select
        label="Colours"
        value={output.colour}
        choices={[
          { value: 'keep', label: 'Own colours' },
          { value: 'srgb', label: 'sRGB' },
        ]}
        onChange={(colour) => onChange({ ...output, colour })}
      />
    </div>
    <div className={styles.outputNumbers}>
      <Pixels label="Width" value={output.width} onChange={(width) => onChange({ ...output, width })} />
      <Pixels label="Height" value={output.height} onChange={(height) => onChange({ ...output, height })} />
      <Pixels
        label="Quality"
        value={output.quality}
        most={100}
        onChange={(quality) => onChange({ ...output, quality: quality ?? plainOutput.quality })}
      />
      <Select
        label="Fit"
        value={output.fit}
        choices={outputFits.map((value) => ({ value, label: fitLabels[value] }))}
        onChange={(fit) => onChange({ ...output, fit })}
      />
    </div>
    <BackgroundField output={output} onChange={(background) => onChange({ ...output, background })} />
  </fieldset>
)

/** A whole number, or nothing. What cannot be used stays in the box until it is left. */
const Pixels = ({
  label,
  value,
  most = 16_384,
  onChange,
}: {
  label: string
  value: number | null
  most?: number
  onChange: (value: number | null) => void
}) => {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <TextField
      label={label}
      inputMode="numeric"
      autoComplete="off"
      placeholder="auto"
      value={typed ?? (value === null ? '' : String(value))}
      onChange={(event) => {
        const text = event.target.value.trim()
        setTyped(event.target.value)
        if (text === '') onChange(null)
        else if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= most) onChange(Number(text))
      }}
      onBlur={() => setTyped(null)}
    />
  )
}
