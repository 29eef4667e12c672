import { fileURLToPath } from 'node:url'
import { receiverPort } from '../../demo/receiver.ts'
import { startWorld } from '../../demo/world.ts'
import { executeExamples } from '../../openapi/examples.ts'
import { launchChromium } from './support/chromium.ts'
import { openDocsPage } from './support/docs-page.ts'

// Writes the picture of Swagger UI that the README shows: npx node test/browser/screenshot.ts

const path = fileURLToPath(new URL('../../docs/swagger-ui.png', import.meta.url))

/** Leaves the example, the button and the reply, small enough to be read at the width of a README. */
const style = `
  #swagger-ui :is(
    .topbar, .information-container, .scheme-container, .opblock-tag, .opblock-body > .opblock-description-wrapper,
    .opblock-section-header:has(.try-out), .parameters-container, .model-example .tab, .responses-inner h4,
    .curl-command, div:has(> .request-url), .live-responses-table thead
  ) { display: none }
  #swagger-ui .execute-wrapper { padding: 0 20px 20px }
  #swagger-ui .responses-inner { padding-top: 0 }
  #swagger-ui .highlight-code > .microlight { max-height: 320px }
`

await using world = await startWorld({ servicePort: 3000, receiverPort })
await using browser = await launchChromium()
const { page, open } = await openDocsPage(browser, world.service.url)
await page.setViewportSize({ width: 900, height: 2_000 })
const { block, chooseExample, execute } = await open('executeNode')
await chooseExample(executeExamples.unexpected_status.summary)
await execute()
await page.addStyleTag({ content: style })

const last = await block.locator('.live-responses-table .highlight-code').first().boundingBox()
if (last === null) throw new Error('The page does not show the reply.')
const clip = { x: 0, y: 0, width: 900, height: last.y + last.height + 10 }
await page.screenshot({ path, clip })
