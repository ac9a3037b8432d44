import { agentStores, storeSubject } from '../model/agent-stores';
import type { Resource } from '../model/assembly';
import { concat, literalOf, textOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { identities } from '../model/identities';
import type { Model } from '../model/model';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { rule } from './rule';

/** By type: the name in findings, and an action that a denial of every action covers. */
const STORES: Readonly<Record<string, { readonly name: string; readonly action: string }>> = {
  'AWS::S3::Bucket': { name: 'bucket', action: 's3:*' },
  'AWS::SQS::Queue': { name: 'queue', action: 'sqs:*' },
  // The service doesn't accept a policy with `*` as action.
  'AWS::SNS::Topic': { name: 'topic', action: 'sns:Publish' },
};

/** Nothing that an agent stores is transmitted in clear text. */
export const MA_ENC3 = rule({
  id: 'MA-ENC3',
  family: 'encryption',
  severity: 'error',
  subject: 'store of an agent',
  what: 'Buckets, queues and topics an agent uses refuse plain HTTP.',
  why: 'A request over plain HTTP exposes its content and its signature on the network.',
  fix: 'Set enforceSSL, or add a policy that denies everybody when aws:SecureTransport is false. Move a store that no agent uses to another stack',
  page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html',
  controls: { nist: ['SC-8', 'SC-8(1)'], iso: ['A.5.14', 'A.8.24'], soc2: ['CC6.7'] },
  *check({ model }) {
    for (const store of agentStores(model).near) {
      const kind = Object.hasOwn(STORES, store.type) ? STORES[store.type] : undefined;
      if (kind) {
        const refused = refusesPlainHttp(model, store, kind.action);
        const open = store.guard.and(refused.not());
        yield { at: store, when: open, says: `${storeSubject(model, store, `The ${kind.name}`)} accepts plain HTTP` };
      }
    }
  },
});

/** When a policy of a resource denies everybody the requests that aren't encrypted in transit. */
function refusesPlainHttp(model: Model, store: Resource, action: string): Guard {
  const arns = model.arn(store).map(({ value }) => (action === 's3:*' ? concat(value, textOf('/*')) : value));
  return identities(model)
    .policiesOf(store)
    .flatMap(({ statements }) => statements)
    .filter(({ actions, resources }) => {
      const covers = (
        { except, patterns }: Statement['actions'],
        text: ReturnType<typeof textOf>,
        ignoreCase = false,
      ) => !except && patterns.some(({ value }) => subset(text, value, { ignoreCase }) === 'yes');
      return covers(actions, textOf(action), true) && arns.every((arn) => covers(resources, arn));
    })
    .filter(isForPlainHttp)
    .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
}

function isForPlainHttp({ effect, principals, conditions }: Statement): boolean {
  const [condition, ...more] = conditions;
  return (
    effect === 'Deny' &&
    principals !== 'attached' &&
    principals.some(({ kind, except, name }) => kind === 'AWS' && !except && literalOf(name.value) === '*') &&
    more.length === 0 &&
    condition?.key === 'aws:securetransport' &&
    condition.test === 'bool' &&
    condition.values.length === 1 &&
    literalOf(condition.values[0].value)?.toLowerCase() === 'false'
  );
}
