import { at, numberAt, textAt } from '../model/json';
import { reach } from '../model/reach';
import { argumentsOf, invokedFunction, isTask } from '../model/state-machine';
import { type IndexedTurnWorkflow, turnWorkflows } from '../model/turn-workflows';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** Turns are bounded in number and time. */
export const MA_TRG2: SecurityRule = {
  id: 'MA-TRG2',
  family: 'trigger',
  severity: 'error',
  what: 'Every workflow that runs turns has a timeout and takes a slot before it starts a turn; a function that starts turns by itself has a bounded concurrency.',
  why: 'A burst of events or a loop between two agents costs money for every turn it starts and competes with the turns that matter.',
  fix: 'Use TurnWorkflow, or set TimeoutSeconds and claim a slot with a conditional DynamoDB write before the session',
  page: 'https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html',
  controls: { nist: ['SC-5', 'SC-6'], iso: ['A.8.6'], soc2: ['A1.1'] },
  check: (index) => [...turnWorkflows(index).flatMap(judge), ...unboundedFunctions(index)],
};

function judge({ machine, definition, startsTurn }: IndexedTurnWorkflow): Finding[] {
  const location =
    machine.properties.DefinitionString === undefined ? 'Properties.Definition' : 'Properties.DefinitionString';
  const details = new Set<string>();
  if (numberAt(definition.root, 'TimeoutSeconds') === undefined) {
    details.add('the workflow has no timeout');
  }
  definition.walk(
    (state) =>
      isTask(
        state,
        'dynamodb:updateItem',
        'dynamodb:putItem',
        'aws-sdk:dynamodb:updateItem',
        'aws-sdk:dynamodb:putItem',
      ) && textAt(argumentsOf(state), 'ConditionExpression') !== undefined,
    (state, claimed) => {
      if (startsTurn(state) && !claimed) {
        details.add(`${state.name} starts a turn on a path that has not claimed a slot`);
      }
    },
  );
  return [...details].map((detail) => ({ resource: machine, location, detail }));
}

function unboundedFunctions(index: TemplateIndex): Finding[] {
  const { starters } = reach(index);
  const inWorkflows = new Set(
    turnWorkflows(index).flatMap(({ definition }) =>
      definition.states().flatMap((state) => invokedFunction(index, state)?.id ?? []),
    ),
  );
  return index
    .ofType('AWS::Lambda::Function')
    .filter((lambda) => starters.has(lambda.id) && !inWorkflows.has(lambda.id) && isSetGoing(index, lambda))
    .filter((lambda) => numberAt(lambda.properties, 'ReservedConcurrentExecutions') === undefined)
    .filter(
      (lambda) =>
        !mappings(index, lambda).some(
          (each) => at(each.properties, 'ScalingConfig', 'MaximumConcurrency') !== undefined,
        ),
    )
    .map((resource) => ({
      resource,
      location: 'Properties.ReservedConcurrentExecutions',
      detail: 'the function starts turns with an unbounded concurrency',
    }));
}

/** A function that events start; one that only cleans up after a state machine has no crowd to fear. */
function isSetGoing(index: TemplateIndex, lambda: IndexedResource): boolean {
  const { reaching } = reach(index);
  return index
    .ofType(
      'AWS::Events::Rule',
      'AWS::Scheduler::Schedule',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Url',
      'AWS::SNS::Subscription',
    )
    .some(
      (source) =>
        (reaching.has(source.id) || source.type !== 'AWS::Events::Rule') &&
        index.mentioned(JSON.stringify(source.properties)).includes(lambda),
    );
}

function mappings(index: TemplateIndex, lambda: IndexedResource): IndexedResource[] {
  return index
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter((mapping) => index.target(mapping.properties.FunctionName)?.id === lambda.id);
}
