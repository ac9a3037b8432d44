import type { Resource } from '../model/assembly';
import { FALSE, type Guard } from '../model/guard';
import { madeForAgents } from '../model/leading';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { valuesAt } from '../model/values-at';
import type { Finding } from './finding';
import { rule } from './rule';
import { placeAt, whenPresent } from './setting';

/** No event for an agent is lost or retried forever. */
export const MA_TRG1 = rule({
  id: 'MA-TRG1',
  family: 'trigger',
  severity: 'error',
  subject: 'rule, schedule or queue',
  what: 'Every rule and schedule that reaches an agent, unless it starts a pipeline, has a dead-letter queue and sets its retries; each queue on the path has a dead-letter queue.',
  why: 'A lost event is a review or an incident that is not handled. Unlimited retries start unrequested turns.',
  fix: 'Use AgentTrigger, or set DeadLetterConfig and RetryPolicy on the target and RedrivePolicy on the queue',
  page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html',
  controls: { nist: ['AU-5', 'SI-11', 'CP-10'], iso: ['A.8.6', 'A.8.16'], soc2: ['A1.2', 'PI1.3'] },
  *check({ model }) {
    const leading = madeForAgents(model);
    const resources = [...leading.keys()].flatMap((id) => model.resource(id) ?? []);
    for (const resource of resources) {
      if (resource.type === 'AWS::Events::Rule') {
        yield* judgeTargets(model, resource, 'Targets', leading);
      } else if (resource.type === 'AWS::Scheduler::Schedule') {
        yield* judgeTargets(model, resource, 'Target', leading);
      } else if (resource.type === 'AWS::SQS::Queue') {
        yield {
          at: placeAt(resource, 'RedrivePolicy'),
          says: 'A queue on the path to an agent has no dead-letter queue',
          when: whenTaken(model, resource).and(
            whenPresent(valuesAt(resource.properties, 'RedrivePolicy', 'maxReceiveCount')).not(),
          ),
        };
      }
    }
  },
});

/** A pipeline shows that a commit wasn't built, and builds it with the next one. */
const PIPELINE = 'AWS::CodePipeline::Pipeline';

function* judgeTargets(
  model: TemplateModel,
  resource: Resource,
  property: string,
  leading: ReadonlyMap<string, unknown>,
): Iterable<Finding> {
  const targets = valuesAt(resource.properties, property);
  const leads = (node: Node) =>
    [...node.at('Arn'), ...node.at('RoleArn')]
      .flatMap((each) => each.texts())
      .some(({ value }) => model.named(value).some((named) => leading.has(named.resource.id)));
  const startsPipeline = (node: Node) =>
    node
      .at('Arn')
      .flatMap((each) => each.texts())
      .some(({ value }) => model.named(value, PIPELINE).length > 0);
  for (const target of targets.filter((each) => (targets.length === 1 || leads(each)) && !startsPipeline(each))) {
    const at = (says: string, path: readonly string[]): Finding => ({
      at: target.place,
      subject: says,
      says,
      when: target.guard.and(whenPresent(valuesAt(target, ...path)).not()),
    });
    yield at('A target on the way to an agent has no dead-letter queue', ['DeadLetterConfig', 'Arn']);
    yield at('A target on the way to an agent does not bound its retries', ['RetryPolicy', 'MaximumRetryAttempts']);
  }
}

/** When something receives messages from a queue and passes them on. Without a receiver, the queue keeps them. */
function whenTaken(model: TemplateModel, queue: Resource): Guard {
  return model
    .ofType('AWS::Lambda::EventSourceMapping', 'AWS::Pipes::Pipe')
    .filter(({ properties }) =>
      ['EventSourceArn', 'Source']
        .flatMap((key) => valuesAt(properties, key))
        .flatMap((node) => node.texts())
        .some(({ value }) => model.named(value, 'AWS::SQS::Queue').some((named) => named.resource === queue)),
    )
    .reduce<Guard>((any, { guard }) => any.or(guard), FALSE)
    .and(queue.guard);
}
