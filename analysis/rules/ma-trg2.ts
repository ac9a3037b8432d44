import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { FALSE, type Guard, TRUE } from '../model/guard';
import { walkPaths } from '../model/machine-paths';
import { reach } from '../model/reach';
import type { State } from '../model/state-machine';
import { type TurnMachine, turnMachines, turnStarters } from '../model/turn-starters';
import type { TemplateModel } from '../model/template-model';
import { valuesAt } from '../model/values-at';
import type { Finding } from './finding';
import { rule } from './rule';
import { placeAt, whenPresent } from './setting';

const CLAIMS = new Set(['dynamodb:updateitem', 'dynamodb:putitem']);

/**
 * A year, after which Step Functions ends every execution. Source:
 * https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-continue-new.html
 */
const LONGEST_EXECUTION_SECONDS = 366 * 24 * 3600;

/** The number and the time of turns have limits. */
export const MA_TRG2 = rule({
  id: 'MA-TRG2',
  family: 'trigger',
  severity: 'error',
  subject: 'workflow',
  what: 'Every workflow that runs turns has a timeout and takes a slot before it starts a turn; what starts turns by itself has a bounded concurrency.',
  why: 'A burst of events or a loop between two agents costs money for every turn it starts and competes with the turns that matter.',
  fix: 'Use TurnWorkflow, or set TimeoutSeconds and claim a slot with a conditional DynamoDB write before the session',
  page: 'https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html',
  controls: { nist: ['SC-5', 'SC-6'], iso: ['A.8.6'], soc2: ['A1.1'] },
  *check({ model }) {
    for (const workflow of turnMachines(model)) {
      yield* judge(workflow);
    }
    yield* unbounded(model);
  },
});

function* judge({ machine, opens }: TurnMachine): Iterable<Finding> {
  const { root, flow, guard } = machine;
  const timeouts = root!.at('TimeoutSeconds');
  if (timeouts.length === 0) {
    yield { at: root!.place, subject: 'timeout', says: 'The workflow has no timeout', when: guard };
  }
  for (const { value, place } of timeouts.flatMap((node) => node.texts())) {
    if (Number(literalOf(value)) > LONGEST_EXECUTION_SECONDS) {
      const says = 'The timeout of the workflow is longer than an execution can run';
      yield { at: place, subject: 'timeout', says, when: guard };
    }
  }
  const unclaimed = new Set<State>();
  walkPaths(flow, claimsSlot, (state, claimed) => {
    if (opens.has(state) && !claimed) {
      unclaimed.add(state);
    }
  });
  for (const { name, node } of unclaimed) {
    const says = `The state ${name} starts a turn on a path that has not claimed a slot`;
    yield { at: node.place, subject: says, says, when: guard };
  }
}

function claimsSlot({ call }: State): boolean {
  return (
    call !== undefined &&
    CLAIMS.has(call.api.toLowerCase()) &&
    call.arguments.some((node) => node.at('ConditionExpression').length > 0)
  );
}

/** Functions and other compute that start turns without a limit of their concurrency. */
function* unbounded(model: TemplateModel): Iterable<Finding> {
  const called = new Set<Resource>();
  for (const { machine, opens, steps } of turnMachines(model)) {
    called.add(machine.resource);
    opens.forEach((state) => steps.get(state)?.callees.forEach(({ resource }) => called.add(resource)));
  }
  for (const { resource, agent } of turnStarters(model)) {
    const starts = reach(model).intoNode(resource.id, ['delivers to', 'feeds']);
    if (resource.type !== 'AWS::Lambda::Function' || called.has(resource) || starts.length === 0) {
      continue;
    }
    const mapped = starts
      .map(({ from }) => whenBounded(model.resource(from)))
      .reduce((all, each) => all.and(each), TRUE);
    yield {
      at: placeAt(resource, 'ReservedConcurrentExecutions'),
      subject: agent.id,
      says: 'The function starts turns with an unbounded concurrency',
      when: resource.guard
        .and(whenPresent(resource.properties.at('ReservedConcurrentExecutions')).not())
        .and(mapped.not()),
    };
  }
}

/** When the source of a function limits its concurrency. Only the mapping of a queue has such a limit. */
function whenBounded(source: Resource | undefined): Guard {
  return source?.type === 'AWS::Lambda::EventSourceMapping'
    ? source.guard.not().or(whenPresent(valuesAt(source.properties, 'ScalingConfig', 'MaximumConcurrency')))
    : FALSE;
}
