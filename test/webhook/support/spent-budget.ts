import { RenderBudget } from '../../../src/webhook/template/render-budget.ts'

/** One of which nothing is left; a real one gives a stage up to some milliseconds more than it has. */
export class SpentBudget extends RenderBudget {
  override hasTime(): boolean {
    return false
  }
}
