import type { OtlpOptions, OtlpTarget } from './otlp-exporter.ts'
import type { SpanExporter } from './span.ts'

/**
 * Creates the exporter. Null without a collector. Its packages are loaded only now, because most instances run
 * without tracing.
 */
export async function createSpanExporter(
  target: OtlpTarget | null,
  options: Omit<OtlpOptions, keyof OtlpTarget>,
): Promise<SpanExporter | null> {
  if (target === null) return null
  const { createOtlpExporter } = await import('./otlp-exporter.ts')
  return createOtlpExporter({ ...target, ...options })
}
