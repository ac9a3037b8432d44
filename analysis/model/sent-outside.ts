import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { destinationResources, destinationsIn } from './destinations-in';
import type { Guard } from './guard';
import { networkControls } from './network-parts';
import type { OutsideAccess } from './outside-access';
import { accountOf, ownAccounts } from './own-accounts';
import { stateMachines, statesOf } from './state-machine';
import type { TemplateModel } from './template-model';
import { placeIn } from './place-in';
import type { Case, Text } from './text';
import { valuesAt } from './values-at';
import { writtenChanges } from './written-calls';

/**
 * Access that calls in the template give. Whom they give it to depends on their parameters or on later calls, so it
 * counts as unknown. The rules of the network judge calls that change it.
 */
export function byCalls(model: TemplateModel): OutsideAccess[] {
  return writtenChanges(model)
    .filter(({ of }) => !networkControls(model).has(of))
    .map(({ of, action, maker, place, guard }) => ({
      to: of,
      by: 'call',
      who: 'somebody unknown',
      name: [action],
      kind: 'AWS',
      giver: maker,
      place,
      guard: guard.and(maker.guard),
    }));
}

/** Access of other accounts that the states of a workflow call or send to, or by whose roles they call. */
export function byTasks(model: TemplateModel, used: ReadonlySet<Resource>): OutsideAccess[] {
  return stateMachines(model)
    .filter(({ resource }) => used.has(resource))
    .flatMap(({ resource: to, flow, guard }) =>
      (flow ? statesOf(flow) : [])
        .flatMap(({ call, node }) => [
          ...(call?.arguments ?? []),
          ...node.at('Credentials', 'RoleArn'),
          ...node.at('Resource'),
        ])
        .flatMap((node) => destinationsIn(node))
        .filter(({ value }) => isForeign(model, value))
        // MA-GRD1 judges which guardrail is used.
        .filter(({ value }) => !/:guardrail\//.test(literalOf(value) ?? ''))
        .map((text) => ({ ...sentTo(to, text, text.guard.and(guard)), who: 'another account' as const })),
    );
}

/** Access of other accounts by whose roles a pipeline acts that takes the files of an agent's bucket. */
export function byPipelines(model: TemplateModel, used: ReadonlySet<Resource>): OutsideAccess[] {
  return model.ofType('AWS::CodePipeline::Pipeline').flatMap((pipeline) => {
    const actions = valuesAt(pipeline.properties, 'Stages', 'Actions');
    const [to] = actions
      .flatMap((action) => action.at('Configuration', 'S3Bucket'))
      .flatMap((bucket) => destinationResources(model, bucket))
      .filter((bucket) => used.has(bucket));
    return to === undefined
      ? []
      : actions
          .flatMap((action) => action.at('RoleArn'))
          .flatMap((role) => role.texts())
          .filter(({ value }) => isForeign(model, value))
          .map((text) => ({
            ...sentTo(to, text, text.guard.and(pipeline.guard)),
            who: 'another account' as const,
            giver: pipeline,
            place: placeIn(pipeline, text.place),
          }));
  });
}

function isForeign(model: TemplateModel, value: Text): boolean {
  const account = accountOf(value);
  return account !== undefined && ownAccounts(model).ofAccount(account) === 'foreign';
}

function sentTo(to: Resource, { value, place }: Case<Text>, guard: Guard) {
  return {
    to,
    by: 'destination' as const,
    name: value,
    kind: 'AWS' as const,
    giver: to,
    place: placeIn(to, place),
    guard,
  };
}

/** Access to the recordings of a browser, which show what the agent saw. The name of a bucket doesn't say who owns it. */
export function byRecordings(model: TemplateModel, used: ReadonlySet<Resource>): OutsideAccess[] {
  return [...used]
    .filter(({ type }) => /^AWS::BedrockAgentCore::Browser/.test(type))
    .flatMap((to) =>
      to.properties
        .at('RecordingConfig', 'S3Location', 'Bucket')
        .flatMap((node) => node.texts())
        .filter(({ value }) => model.named(value, 'AWS::S3::Bucket').length === 0)
        .map((text) => ({
          ...sentTo(to, text, text.guard.and(to.guard)),
          by: 'copy' as const,
          who: literalOf(text.value) === undefined ? ('unread' as const) : ('somebody unknown' as const),
        })),
    );
}
