import { readPolicy } from '../policy/statement';
import { conditionsOn } from '../policy/condition';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { listAt } from './json';

/** The resource policies of buckets, queues and topics, by the resource they protect. */
export function policiesFor(index: TemplateIndex, resource: IndexedResource): unknown[] {
  return index.view(collect).get(resource.id) ?? [];
}

/** True when a resource's policy denies everybody requests that are not encrypted in transit. */
export function refusesPlainHttp(index: TemplateIndex, resource: IndexedResource): boolean {
  return policiesFor(index, resource)
    .flatMap(readPolicy)
    .some(
      (statement) =>
        statement.effect === 'Deny' &&
        statement.principals.AWS?.includes('*') === true &&
        statement.conditions.length === 1 &&
        conditionsOn(statement, 'aws:SecureTransport').some(
          ({ operator, values }) =>
            /^Bool(IfExists)?$/i.test(operator) && values.length === 1 && values[0].toLowerCase() === 'false',
        ) &&
        (statement.actions.some((action) => /[:*]\*$|^\*$/.test(action)) || resource.type === 'AWS::SNS::Topic'),
    );
}

const HOLDERS: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'Bucket',
  'AWS::SQS::QueuePolicy': 'Queues',
  'AWS::SNS::TopicPolicy': 'Topics',
  'AWS::SQS::QueueInlinePolicy': 'Queue',
  'AWS::SNS::TopicInlinePolicy': 'TopicArn',
};

function collect(index: TemplateIndex): Map<string, unknown[]> {
  const policies = new Map<string, unknown[]>();
  for (const [type, property] of Object.entries(HOLDERS)) {
    for (const policy of index.ofType(type)) {
      for (const protectedText of listAt(policy.properties, property)) {
        const target = index.target(protectedText);
        if (target) {
          policies.set(target.id, [...(policies.get(target.id) ?? []), policy.properties.PolicyDocument]);
        }
      }
    }
  }
  return policies;
}
