import type { OtlpOptions, OtlpTarget } from './otlp-exporter.ts'
import type { SpanExporter } from './span.ts'

/**
 * The way to a collector; null where there is none. What it takes is loaded only now: it is 20 MB on the disk, and
 * most run without.
 */
export async function createSpanExporter(
  target: OtlpTarget | null,
  options: Omit<OtlpOptions, keyof OtlpTarget>,
): Promise<SpanExporter | null> {
  if (target === null) return null
  const { createOtlpExporter } = await import('./otlp-exporter.ts')
  return createOtlpExporter({ ...target, ...options })
}
