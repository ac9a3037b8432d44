import type { LocalScenario } from '../../bin/local-scenario';

/** A pull request is created in CodeCommit: the agent reviews it, and says what it found in the outcome event. */
export const scenario: LocalScenario = {
  title: 'A pull request is created; the agent runs its tests and reports a defect',
  stacks: ['CiPipelineNetwork', 'CiPipelineAgent'],
  script: 'local-scenario.yaml',
  events: ['pull-request-created.json'],
};
