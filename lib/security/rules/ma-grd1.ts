import { roleOfCompute, reach } from '../model/reach';
import { allowing } from '../model/agents';
import { argumentsOf, invokedFunction } from '../model/state-machine';
import { textAt } from '../model/json';
import { type IndexedTurnWorkflow, isScreening, turnWorkflows } from '../model/turn-workflows';
import type { TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** No turn without a guardrail before it and after it. */
export const MA_GRD1: SecurityRule = {
  id: 'MA-GRD1',
  family: 'guardrail',
  severity: 'error',
  what: 'Every workflow that runs turns screens its input before the session and its output before publishing, with a numbered guardrail version; a function that starts turns by itself may apply a guardrail.',
  why: 'Bedrock Managed Agents does not apply guardrails to a session, so the edges of the workflow are where text is judged. DRAFT changes under a running workflow.',
  fix: 'Use TurnWorkflow, or add ApplyGuardrail tasks with Source INPUT before and Source OUTPUT after the session, with a GuardrailVersion',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-independent-api.html',
  controls: { nist: ['SI-3', 'SI-10', 'SI-15'], iso: ['A.8.7', 'A.8.28'], soc2: ['CC6.8', 'PI1.2'] },
  check: (index) => [
    ...turnWorkflows(index).flatMap((workflow) => judge(index, workflow)),
    ...unscreenedFunctions(index),
  ],
};

function judge(index: TemplateIndex, workflow: IndexedTurnWorkflow): Finding[] {
  const { machine, definition, startsTurn } = workflow;
  const details = new Set<string>();
  definition.walk(
    (state) => isScreening(state, 'INPUT'),
    (state, screened) => {
      if (startsTurn(state) && !screened) {
        details.add(`${state.name} starts a turn on a path that has not screened the input`);
      }
    },
  );
  const states = definition.states();
  if (!states.some((state) => isScreening(state, 'OUTPUT'))) {
    details.add('the output of the turn is not screened');
  }
  for (const state of states.filter((each) => isScreening(each, 'INPUT') || isScreening(each, 'OUTPUT'))) {
    if (!isNumbered(index, textAt(argumentsOf(state), 'GuardrailVersion'))) {
      details.add(`${state.name} uses no numbered guardrail version`);
    }
  }
  return [...details].map((detail) => ({
    resource: machine,
    location:
      machine.properties.DefinitionString === undefined ? 'Properties.Definition' : 'Properties.DefinitionString',
    detail,
  }));
}

/** A number, or a version of the app. What else the deployment decides could be DRAFT, as the guardrail's own is. */
function isNumbered(index: TemplateIndex, version: string | undefined): boolean {
  return (
    version !== undefined &&
    (/^[1-9][0-9]*$/.test(version) || index.target(version)?.type === 'AWS::Bedrock::GuardrailVersion')
  );
}

/** Functions that create sessions outside of a workflow have to call the guardrail themselves. */
function unscreenedFunctions(index: TemplateIndex): Finding[] {
  const inWorkflows = new Set(
    turnWorkflows(index).flatMap(({ definition }) =>
      definition.states().flatMap((state) => invokedFunction(index, state)?.id ?? []),
    ),
  );
  const { starters } = reach(index);
  return index
    .ofType('AWS::Lambda::Function')
    .filter(({ id }) => starters.has(id) && !inWorkflows.has(id))
    .filter((lambda) => {
      const role = roleOfCompute(index, lambda);
      const creates = role && allowing(role, 'bedrock-mantle:CreateAgentSession').length > 0;
      return creates && allowing(role, 'bedrock:ApplyGuardrail').length === 0;
    })
    .map((resource) => ({ resource, detail: 'the function starts turns and may not apply a guardrail' }));
}
