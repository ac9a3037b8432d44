import { reach, targetsOf } from '../model/reach';
import { at, numberAt, textAt } from '../model/json';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** No event for an agent is lost or retried without end. */
export const MA_TRG1: SecurityRule = {
  id: 'MA-TRG1',
  family: 'trigger',
  severity: 'error',
  what: 'Every rule and schedule that reaches an agent has a dead-letter queue and states its retries; a queue on the way gives up into a dead-letter queue.',
  why: 'A lost event is a review or an incident nobody looked at; retries nobody bounded are turns nobody asked for.',
  fix: 'Use AgentTrigger, or set DeadLetterConfig and RetryPolicy on the target and RedrivePolicy on the queue',
  page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html',
  controls: { nist: ['AU-5', 'SI-11', 'CP-10'], iso: ['A.8.6', 'A.8.16'], soc2: ['A1.2', 'PI1.3'] },
  check: (index) => {
    const { reaching } = reach(index);
    const near = (types: string[]) => index.ofType(...types).filter(({ id }) => reaching.has(id));
    return [
      ...near(['AWS::Events::Rule', 'AWS::Scheduler::Schedule']).flatMap((rule) => judgeTargets(index, rule, reaching)),
      ...near(['AWS::SQS::Queue'])
        .filter(
          (queue) =>
            feedsFunction(index, queue) && numberAt(queue.properties, 'RedrivePolicy', 'maxReceiveCount') === undefined,
        )
        .map((resource) => ({
          resource,
          location: 'Properties.RedrivePolicy',
          detail: 'a queue on the way to an agent never gives up on a message',
        })),
    ];
  },
};

function judgeTargets(index: TemplateIndex, rule: IndexedResource, reaching: ReadonlySet<string>): Finding[] {
  const location = rule.type === 'AWS::Events::Rule' ? 'Properties.Targets' : 'Properties.Target';
  return targetsOf(rule)
    .filter((target) => reaching.has(index.target(textAt(target, 'Arn'))?.id ?? ''))
    .flatMap((target) => [
      ...(at(target, 'DeadLetterConfig', 'Arn') === undefined
        ? [{ resource: rule, location, detail: 'a target on the way to an agent has no dead-letter queue' }]
        : []),
      ...(numberAt(target, 'RetryPolicy', 'MaximumRetryAttempts') === undefined
        ? [{ resource: rule, location, detail: 'a target on the way to an agent does not bound its retries' }]
        : []),
    ]);
}

function feedsFunction(index: TemplateIndex, queue: IndexedResource): boolean {
  return index
    .ofType('AWS::Lambda::EventSourceMapping')
    .some((mapping) => index.target(mapping.properties.EventSourceArn)?.id === queue.id);
}
