import type { ForeignWord } from './foreign-word.ts'

/** Words for the parts of the payload. */
export const sourceWords: readonly ForeignWord[] = [
  {
    words: 'contact customer user person subscriber lead member recipient profiles attribute attributes',
    is: 'profile',
  },
  { words: 'events trigger form submission', is: 'event' },
  { words: 'workflow process journey campaign scenario', is: 'flow' },
  { words: 'execution run workflowInstance processInstance', is: 'instance' },
  { words: 'var variable variables captured capture', is: 'vars' },
  {
    words: 'step steps node nodes previous response responses result results output outputs',
    says: 'a value of an earlier node is in "vars", under the name that its "capture" gives it: write "source": "vars"',
  },
  {
    words: 'secret secrets',
    says: 'a secret is a template: write "value": "{{ secrets.NAME }}" in place of "source" and "field"',
  },
  {
    words: 'constant static fixed literal value text',
    says: 'a constant has "value" in place of "source" and "field"',
  },
]
