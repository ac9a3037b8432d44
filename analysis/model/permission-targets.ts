import { concat, textOf } from './compose-text';
import { defaultBuses } from './default-bus';
import { type Guard, TRUE } from './guard';
import type { Identities } from './identities';
import { storesOutside } from './loads';
import type { Model } from './model';
import type { Text } from './text';

/** Something that a permission can be on. */
export interface Target {
  readonly id: string;
  readonly arn: Text;
  readonly service: string;
  readonly type: string;
  readonly guard: Guard;
}

/** Everything in an assembly that a permission can be on, under every ARN that policies give it. */
export function permissionTargets(model: Model, known: Identities): Target[] {
  return [...resourceTargets(model, known), ...defaultBuses(model), ...outsideTargets(model)].flatMap((found) => {
    const service = serviceOf(found.arn);
    return service === undefined ? [] : [{ ...found, service }];
  });
}

/** The service of an ARN. Actions are only compared with resources of their service. */
export function serviceOf(arn: Text): string | undefined {
  const first = arn[0];
  return typeof first === 'string' ? /^arn:[^:]*:([a-z0-9-]+):/.exec(first)?.[1] : undefined;
}

type Found = Omit<Target, 'service'>;

function outsideTargets(model: Model): Found[] {
  return storesOutside(model).map(({ id, arn, type }) => ({ id, arn, type, guard: TRUE }));
}

function resourceTargets(model: Model, known: Identities): Found[] {
  const resources = model.resources.flatMap((resource): Found[] =>
    model
      .arn(resource)
      .map(({ value }) => ({ id: resource.id, arn: value, type: resource.type, guard: resource.guard })),
  );
  // The permission to call an API names it by another ARN than the permission to change it.
  const called = model.ofType('AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api').flatMap((resource): Found[] => {
    const { partition, region, account } = resource.stack;
    return model.arn(resource).map(({ value }) => ({
      id: resource.id,
      arn: concat(textOf(`arn:${partition}:execute-api:`), region, [':'], account, [':'], value.slice(-1)),
      type: resource.type,
      guard: resource.guard,
    }));
  });
  // The ARN of an execution begins with that of its state machine, with another type.
  const executed = model.ofType('AWS::StepFunctions::StateMachine').flatMap((resource): Found[] =>
    model.arn(resource).map(({ value }) => ({
      id: resource.id,
      arn: value.map((part) => (typeof part === 'string' ? part.replace(':stateMachine:', ':execution:') : part)),
      type: resource.type,
      guard: resource.guard,
    })),
  );
  const outside = known.all.flatMap(({ id, arn, kind, resource, statements }): Found[] =>
    resource || kind !== 'role' || statements.length === 0
      ? []
      : [{ id, arn, type: 'AWS::IAM::Role', guard: statements[0].guard }],
  );
  return [...resources, ...called, ...executed, ...outside];
}
