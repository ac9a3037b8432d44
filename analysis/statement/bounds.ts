import { TURN_VARIABLES } from '../../lib/contracts/handler-variables';
import type { Resource } from '../model/assembly';
import type { Node } from '../model/node';
import { stateMachines } from '../model/state-machine';
import { stepsOf } from '../model/turn-steps';
import type { Agent } from './agent';
import { type App, distinctBy } from './app';
import type { Bound } from './statement';

/** The limits of an agent in time, number and cost. */
export function boundsOf(app: App, { runtime, kind }: Agent, steps: readonly Resource[]): Bound[] {
  const bounds: Bound[] = [
    ...(kind.idleTimeout
      ? [bound(app, 'Idle time of the environment', runtime.properties.at(...kind.idleTimeout), 'seconds')]
      : []),
    bound(app, 'Lifetime of the environment', runtime.properties.at(...kind.maxLifetime), 'seconds'),
    ...steps.flatMap((step) => stepBounds(app, step)),
    ...deliveryBounds(app, steps),
    ...app
      .items('AWS::Budgets::Budget')
      .filter(({ stack }) => stack.id === runtime.stack.id)
      .map((budget) => {
        const [limit, period] = [
          budget.properties.at('Budget', 'BudgetLimit'),
          app.said(budget.properties.at('Budget', 'TimeUnit')).toLowerCase(),
        ];
        const amount = limit.flatMap((node) => node.at('Amount'));
        const unit = app.said(limit.flatMap((node) => node.at('Unit')));
        return bound(app, `Budget ${app.nameOf(budget)} (alarms only)`, amount, `${unit} ${period}`);
      }),
  ];
  return distinctBy(bounds, ({ name }) => name);
}

function bound(app: App, name: string, nodes: readonly Node[], unit: string): Bound {
  return nodes.length === 0
    ? { name, value: 'unbounded', unit: '' }
    : { name, value: app.number(nodes) ?? app.said(nodes), unit };
}

function stepBounds(app: App, step: Resource): Bound[] {
  const { properties } = step;
  const name = app.nameOf(step);
  switch (step.type) {
    case 'AWS::StepFunctions::StateMachine': {
      const definition = [...properties.at('DefinitionString'), ...properties.at('Definition')];
      const timeout = definition.flatMap((node) => node.at('TimeoutSeconds'));
      return [
        bound(app, `Duration of ${name}`, timeout, 'seconds'),
        ...slotBounds(app, name, definition),
        ...calledBy(app, step).flatMap((called) => turnDeadline(app, called.properties)),
      ];
    }
    case 'AWS::Lambda::Function':
      return [bound(app, `Concurrency of ${name}`, properties.at('ReservedConcurrentExecutions'), 'executions')];
    case 'AWS::SQS::Queue':
      return [bound(app, `Deliveries from ${name}`, properties.at('RedrivePolicy', 'maxReceiveCount'), 'attempts')];
    default:
      return [];
  }
}

/** What a state machine calls. */
function calledBy({ model }: App, machine: Resource): Resource[] {
  return stateMachines(model)
    .filter(({ resource }) => resource === machine)
    .flatMap(({ flow }) => (flow ? stepsOf(model, flow) : []))
    .flatMap(({ callees }) => callees.map(({ resource }) => resource));
}

/** Number of concurrent turns of this library's workflow: the limit that its ledger's slots are claimed under. */
function slotBounds(app: App, name: string, definition: readonly Node[]): Bound[] {
  const text = app.said(definition);
  const limit = text.includes('size(holders)') ? /":limit":\{"N":"(\d+)"\}/.exec(text)?.[1] : undefined;
  return limit === undefined
    ? []
    : [{ name: `Turns at the same time in ${name}`, value: Number(limit), unit: 'turns' }];
}

/** Longest duration of a turn of this library's workflow: a variable of the step that checks requests. */
function turnDeadline(app: App, properties: Node): Bound[] {
  const variable = (name: string) => properties.at('Environment', 'Variables', name);
  const deadline = variable(TURN_VARIABLES.deadlineSeconds);
  return deadline.length === 0
    ? []
    : [bound(app, `Duration of a turn of ${app.said(variable(TURN_VARIABLES.agentName))}`, deadline, 'seconds')];
}

/** EventBridge's own limit, which holds where a target states none (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html). */
const MOST_RETRIES = 185;

/** Retries of the rules and schedules that lead to the steps. */
function deliveryBounds(app: App, steps: readonly Resource[]): Bound[] {
  const reached = new Set(steps.map(({ id }) => id));
  const targets = [
    ...app.items('AWS::Events::Rule').flatMap((rule) =>
      rule.properties
        .at('Targets')
        .flatMap((list) => list.items())
        .map((target) => ({ name: app.nameOf(rule), target })),
    ),
    ...app
      .items('AWS::Scheduler::Schedule')
      .flatMap((schedule) =>
        schedule.properties.at('Target').map((target) => ({ name: app.nameOf(schedule), target })),
      ),
  ];
  return targets
    .filter(({ target }) => app.targets(target.at('Arn')).some(({ id }) => reached.has(id)))
    .map(({ name, target }) => {
      const retries = target.at('RetryPolicy', 'MaximumRetryAttempts');
      return retries.length === 0
        ? { name: `Retries of ${name}`, value: MOST_RETRIES, unit: 'attempts' }
        : bound(app, `Retries of ${name}`, retries, 'attempts');
    });
}
