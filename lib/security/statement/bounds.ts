import { TURN_VARIABLES } from '../../contracts/handler-variables';
import type { Agent } from './agent';
import { listOf, numberOf, objectOf, sortedBy, type Item, type Source } from './source';
import type { Bound } from './statement';

/** What limits an agent in time, number and money. */
export function boundsOf(agent: Agent, compute: readonly Item[], source: Source): Bound[] {
  const { IdleRuntimeSessionTimeout, MaxLifetime } = objectOf(agent.runtime.properties.LifecycleConfiguration);
  const bounds: Bound[] = [
    bound('Idle time of the environment', IdleRuntimeSessionTimeout, 'seconds', source),
    bound('Lifetime of the environment', MaxLifetime, 'seconds', source),
    ...compute.flatMap((item) => computeBounds(item, source)),
    ...deliveryBounds(compute, source),
    ...source
      .items('AWS::Budgets::Budget')
      .filter(({ stack }) => stack === agent.runtime.stack)
      .map(({ name, properties }) => {
        const { BudgetLimit, TimeUnit } = objectOf(properties.Budget);
        const { Amount, Unit } = objectOf(BudgetLimit);
        return bound(
          `Budget ${name} (alarms only)`,
          Amount,
          `${source.text(Unit)} ${source.text(TimeUnit).toLowerCase()}`,
          source,
        );
      }),
  ];
  return sortedBy(new Map(bounds.map((entry) => [entry.name, entry])).values(), ({ name }) => name);
}

function bound(name: string, value: unknown, unit: string, source: Source): Bound {
  if (value === undefined) {
    return { name, value: 'unbounded', unit: '' };
  }
  return { name, value: numberOf(value) ?? source.text(value), unit };
}

function computeBounds(item: Item, source: Source): Bound[] {
  switch (item.type) {
    case 'AWS::StepFunctions::StateMachine':
      return [bound(`Duration of ${item.name}`, definitionOf(item).TimeoutSeconds, 'seconds', source), ...slots(item)];
    case 'AWS::Lambda::Function':
      return [
        bound(`Concurrency of ${item.name}`, item.properties.ReservedConcurrentExecutions, 'executions', source),
        ...turnDeadline(item, source),
      ];
    case 'AWS::SQS::Queue': {
      const { maxReceiveCount } = objectOf(item.properties.RedrivePolicy);
      return [bound(`Deliveries from ${item.name}`, maxReceiveCount, 'attempts', source)];
    }
    default:
      return [];
  }
}

/** How many turns the workflow of this library runs at once: the limit that its ledger's slots are claimed under. */
function slots({ name, properties }: Item): Bound[] {
  const { DefinitionString: text } = properties;
  const limit =
    typeof text === 'string' && /size\(holders\)/.test(text) ? /":limit":\{"N":"(\d+)"\}/.exec(text)?.[1] : undefined;
  return limit === undefined
    ? []
    : [{ name: `Turns at the same time in ${name}`, value: Number(limit), unit: 'turns' }];
}

/** How long a turn of the workflow of this library may take: a variable of its steps. */
function turnDeadline({ properties }: Item, source: Source): Bound[] {
  const {
    [TURN_VARIABLES.ledgerTable]: table,
    [TURN_VARIABLES.deadlineSeconds]: deadline,
    [TURN_VARIABLES.agentName]: agentName,
  } = objectOf(objectOf(properties.Environment).Variables);
  return table === undefined || deadline === undefined
    ? []
    : [bound(`Duration of a turn of ${source.text(agentName)}`, deadline, 'seconds', source)];
}

function definitionOf({ properties }: Item): Readonly<Record<string, unknown>> {
  const { Definition, DefinitionString } = properties;
  if (typeof DefinitionString !== 'string') {
    return objectOf(Definition);
  }
  try {
    return objectOf(JSON.parse(DefinitionString));
  } catch {
    return {};
  }
}

/** Retries of the rules and schedules that reach the steps. EventBridge's own limits are 185 attempts in a day. */
function deliveryBounds(compute: readonly Item[], source: Source): Bound[] {
  const reached = new Set(compute.map(({ key }) => key));
  const targets = [
    ...source
      .items('AWS::Events::Rule')
      .flatMap(({ name, properties }) =>
        listOf(properties.Targets).map((target) => ({ name, target: objectOf(target) })),
      ),
    ...source
      .items('AWS::Scheduler::Schedule')
      .map(({ name, properties }) => ({ name, target: objectOf(properties.Target) })),
  ];
  return targets
    .filter(({ target: { Arn } }) => reached.has(source.target(Arn)?.key ?? ''))
    .map(({ name, target }) =>
      bound(`Retries of ${name}`, objectOf(target.RetryPolicy).MaximumRetryAttempts ?? 185, 'attempts', source),
    );
}
