import { DEVELOPMENT_MODE_KEY } from '../../lib/contracts/development';
import { trailsOfAgents } from '../model/agent-trails';
import type { Agent } from '../model/agents';
import type { Resource } from '../model/assembly';
import { literalOf, textKey } from '../model/compose-text';
import { evidenceBuckets } from '../model/evidence';
import { FALSE, type Guard } from '../model/guard';
import { identities } from '../model/identities';
import { at as json } from '../model/json';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import { valuesAt } from '../model/values-at';
import { accountOf } from '../policy/request';
import { limitsOf } from '../policy/limits';
import type { Statement } from '../policy/statement';
import type { Finding } from './finding';
import { lockBypasses, RETENTION } from './lock-bypass';
import { isTrue, placeAt, whenLacking, whenPresent, whenSome } from './setting';
import { rule, type RuleContext } from './rule';
import { trailsFor } from './trails';

/** The shortest lock of the files of a trail and of the evidence of turns that MA-AUD2 accepts. */
const SHORTEST_LOCK_DAYS = 90;

/** The files of the trail can't be changed later. */
export const MA_AUD2 = rule({
  id: 'MA-AUD2',
  family: 'audit',
  severity: 'error',
  subject: 'trail',
  what: `The trail is multi-Region, validated and encrypted with a customer-managed key; its bucket is in the app, blocks public access, is versioned, refuses plain HTTP, locks files for at least ${SHORTEST_LOCK_DAYS} days, has a lifecycle that deletes nothing earlier, and lets no other account change it. The bucket of the evidence of turns locks files as long. No role may bypass the lock of either.`,
  why: "An audit trail that can be changed, lost or read by others can't be used as evidence.",
  fix: 'Use AgentAuditTrail, or set the missing property',
  page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html',
  controls: {
    nist: ['AU-9', 'AU-9(2)', 'AU-11', 'SC-28'],
    iso: ['A.8.15', 'A.8.24', 'A.5.33'],
    soc2: ['CC6.1', 'CC7.2'],
  },
  *check(context) {
    const { model, agents } = context;
    const trails = new Map<Resource, Agent>();
    for (const agent of agents) {
      trailsOfAgents(trailsFor(model, agent.runtime.stack)).forEach((trail) =>
        trails.set(trail, trails.get(trail) ?? agent),
      );
    }
    for (const [trail, { id }] of trails) {
      yield* judgeTrail(context, trail, id);
      yield* judgeBuckets(context, trail, id);
    }
    for (const [bucket, sign] of agents.length > 0 ? evidenceBuckets(model) : []) {
      const agent = agents.find(({ runtime }) => runtime.stack === bucket.stack) ?? agents[0];
      if (sign === 'contract' && !isInDevelopment(bucket)) {
        yield* lockBypasses(context, bucket, 'The bucket of the evidence of turns');
        yield* judgeLock(context, bucket, agent.id, 'The bucket of the evidence of turns');
      }
    }
  },
});

function at(resource: Resource, path: readonly string[], says: string, when: Guard): Finding {
  return { at: placeAt(resource, ...path), subject: says, says, when };
}

function* judgeTrail(context: RuleContext, trail: Resource, id: string): Iterable<Finding> {
  const lacks = (path: string, says: string, judge = isTrue) =>
    at(trail, [path], says, whenLacking(context, id, trail, [path], judge));
  yield lacks('IsMultiRegionTrail', 'The trail records one Region only');
  yield lacks('EnableLogFileValidation', 'The files of the trail are not validated');
  yield lacks('KMSKeyId', 'The trail has no customer-managed key', (known) => !known?.includes('alias/aws/'));
}

function* judgeBuckets(context: RuleContext, trail: Resource, id: string): Iterable<Finding> {
  const { model, declared, unread } = context;
  for (const { value, guard } of valuesAt(trail.properties, 'S3BucketName').flatMap((node) => node.texts())) {
    unread(id, trail, value);
    const buckets = model.named(value, 'AWS::S3::Bucket').map(({ resource }) => resource);
    const isUnknown =
      buckets.length === 0 && !value.some((part) => typeof part !== 'string' && part.kind !== 'reference');
    if (isUnknown && !declared.outside(value)) {
      const says = `The trail writes to ${printed(value)}, which isn't a bucket of this app`;
      yield at(trail, ['S3BucketName'], says, guard);
    }
    for (const bucket of buckets) {
      yield* judgeBucket(context, bucket, id);
      yield* judgePolicy(context, bucket);
    }
  }
}

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

function* judgeBucket(context: RuleContext, bucket: Resource, id: string): Iterable<Finding> {
  const lacks = (path: readonly string[], judge = isTrue): Guard => whenLacking(context, id, bucket, path, judge);
  const block = 'PublicAccessBlockConfiguration';
  yield at(
    bucket,
    [block],
    'The bucket of the trail does not block public access',
    BLOCKS.reduce<Guard>((any, each) => any.or(lacks([block, each])), FALSE),
  );
  yield at(
    bucket,
    ['VersioningConfiguration'],
    'The bucket of the trail is not versioned',
    lacks(['VersioningConfiguration', 'Status'], (known) => known === 'Enabled'),
  );
  const rules = valuesAt(bucket.properties, 'LifecycleConfiguration', 'Rules');
  const note = (text: Text) => context.unread(id, bucket, text);
  const enabled = rules.filter((each) => whenSome(each.at('Status'), (known) => known === 'Enabled', note).possible());
  yield at(
    bucket,
    ['LifecycleConfiguration'],
    'The bucket of the trail has no lifecycle rule',
    bucket.guard.and(whenPresent(enabled).not()),
  );
  // Development mode turns locks off, which is one finding of MA-DEV1.
  if (isInDevelopment(bucket)) {
    return;
  }
  yield* judgeLock(context, bucket, id, 'The bucket of the trail');
  yield* lockBypasses(context, bucket, 'The bucket of the trail');
  for (const date of enabled.flatMap((each) => each.at('ExpirationDate'))) {
    yield at(bucket, ['LifecycleConfiguration'], 'The bucket of the trail deletes every file at a date', date.guard);
  }
  for (const days of enabled.flatMap((each) => each.at('ExpirationInDays'))) {
    yield at(
      bucket,
      ['LifecycleConfiguration'],
      `The bucket of the trail deletes files after less than ${SHORTEST_LOCK_DAYS} days`,
      days.guard.and(whenSome([days], (known) => isLong(known, 1), note).not()),
    );
  }
}

function isInDevelopment({ stack }: Resource): boolean {
  return json(stack.template, 'Metadata', DEVELOPMENT_MODE_KEY) !== undefined;
}

const isLong = (known: string | undefined, unit: number) =>
  known === undefined || Number(known) * unit >= SHORTEST_LOCK_DAYS;

/** Whether every file of a bucket is locked for long enough as soon as it is written. */
function* judgeLock(context: RuleContext, bucket: Resource, id: string, name: string): Iterable<Finding> {
  const lacks = (path: readonly string[], judge = isTrue): Guard => whenLacking(context, id, bucket, path, judge);
  yield at(
    bucket,
    RETENTION.slice(0, 1),
    `${name} has no default retention lock`,
    lacks(['ObjectLockEnabled']).or(lacks([...RETENTION, 'Mode'], () => true)),
  );
  yield at(
    bucket,
    RETENTION.slice(0, 1),
    `${name} locks files for less than ${SHORTEST_LOCK_DAYS} days`,
    whenPresent(valuesAt(bucket.properties, ...RETENTION, 'Mode')).and(
      lacks([...RETENTION, 'Days'], (known) => isLong(known, 1)).and(
        lacks([...RETENTION, 'Years'], (known) => isLong(known, 365)),
      ),
    ),
  );
}

/** Actions that can't change the record. */
const HARMLESS = /^s3:(?:Get|List|Head)/i;

function* judgePolicy({ model, declared }: RuleContext, bucket: Resource): Iterable<Finding> {
  const statements = identities(model)
    .policiesOf(bucket)
    .flatMap((policy) => policy.statements);
  const refuses = statements.filter(deniesPlainHttp).reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
  yield at(bucket, [], 'The bucket of the trail accepts plain HTTP', bucket.guard.and(refuses.not()));
  for (const statement of statements) {
    if (statement.effect === 'Deny' || statement.principals === 'attached') {
      continue;
    }
    const changes =
      statement.actions.except ||
      statement.actions.patterns.some(({ value }) => !HARMLESS.test(literalOf(value) ?? ''));
    const kinds = new Set(limitsOf(statement).map(({ kind }) => kind));
    for (const { kind, except, name } of statement.principals) {
      const own = textKey(bucket.stack.account);
      const account = kind === 'AWS' ? accountOf(name.value) : undefined;
      const isOwn =
        kind === 'Service' ||
        kinds.has('account') ||
        kinds.has('organization') ||
        kinds.has('principal') ||
        (account !== undefined && textKey(account) === own) ||
        identities(model).named(name.value).length > 0;
      if (changes && (except || (!isOwn && !declared.principal(kind, name.value, statement.holder)))) {
        yield {
          at: statement,
          subject: printed(name.value),
          says: `The policy of the trail's bucket lets ${except ? 'everybody except ' : ''}${printed(name.value)} change files of the trail`,
          when: statement.guard.and(name.guard),
          related: [bucket],
        };
      }
    }
  }
}

/** Whether a statement denies everybody every request that isn't encrypted in transit. */
function deniesPlainHttp({ effect, principals, conditions, actions }: Statement): boolean {
  return (
    effect === 'Deny' &&
    principals !== 'attached' &&
    principals.some(({ kind, except, name }) => kind === 'AWS' && !except && literalOf(name.value) === '*') &&
    conditions.length === 1 &&
    conditions[0].key === 'aws:securetransport' &&
    conditions[0].test === 'bool' &&
    conditions[0].values.length === 1 &&
    literalOf(conditions[0].values[0].value)?.toLowerCase() === 'false' &&
    !actions.except &&
    actions.patterns.some(({ value }) => /^(?:\*|s3:\*)$/i.test(literalOf(value) ?? ''))
  );
}
