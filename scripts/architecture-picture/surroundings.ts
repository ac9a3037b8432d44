import { listOf, numberOf, objectOf, type Item, type Source } from '../../lib/security/statement/source';
import type { Statement } from '../../analysis/statement/statement';
import type { Card } from './picture-facts';
import { counted, durationText, shortItem, shortPath } from './words';

/** What stands around an agent whatever it does: keys, the trail, alarms, records, what is kept of a failure. */
export function surroundingsOf(statement: Statement, stacks: ReadonlySet<string>, source: Source): Card[] {
  const here = (type: string) => source.items(type).filter(({ stack }) => stacks.has(stack));
  const { trails, alarms } = statement.audit;
  const logGroups = here('AWS::Logs::LogGroup');
  const queues = deadLetterQueues(here, source);
  return [
    ...here('AWS::KMS::Key').map((key) => keyCard(key, stacks, source)),
    ...trails.map(({ trail, multiRegion, validated, records }) => ({
      service: 'CloudTrail',
      kind: 'watch' as const,
      name: shortPath(trail),
      notes: [
        [multiRegion ? 'every Region' : 'one Region', validated ? 'signed files' : 'files not signed'].join(', '),
        `data events: ${[...new Set(records.flatMap((record) => /^Data, AWS::([^,]*)/.exec(record)?.[1] ?? []))].join(', ')}`,
      ],
    })),
    ...(alarms.length
      ? [card('CloudWatch', 'watch', counted(alarms.length, 'alarm'), [alarms.map(alarmName).join(', ')])]
      : []),
    ...(logGroups.length
      ? [
          card('CloudWatch Logs', 'watch', counted(logGroups.length, 'log group'), [
            `kept ${[...new Set(logGroups.map(retentionText))].join(', ')}`,
          ]),
        ]
      : []),
    ...(queues.length
      ? [card('SQS', 'events', counted(queues.length, 'dead-letter queue'), ['what could not be delivered or settled'])]
      : []),
  ];
}

function card(service: string, kind: Card['kind'], name: string, notes: readonly string[]): Card {
  return { service, kind, name, notes };
}

function retentionText({ properties }: Item): string {
  const days = numberOf(properties.RetentionInDays);
  return days === undefined ? 'for ever' : durationText(days * 86_400);
}

/** `RootUse`: the construct of an alarm, not its resource. */
function alarmName(path: string): string {
  return shortPath(path).split('/').at(-1)!;
}

/** Queues that keep what a queue, a rule or a schedule could not hand on. */
function deadLetterQueues(here: (type: string) => readonly Item[], source: Source): string[] {
  const targets = [
    ...here('AWS::SQS::Queue').map(({ properties }) => objectOf(properties.RedrivePolicy).deadLetterTargetArn),
    ...[
      ...here('AWS::Events::Rule').flatMap(({ properties }) => listOf(properties.Targets)),
      ...here('AWS::Scheduler::Schedule').map(({ properties }) => properties.Target),
    ].map((target) => objectOf(objectOf(target).DeadLetterConfig).Arn),
  ];
  return [...new Set(targets.flatMap((target) => source.target(target)?.key ?? []))];
}

function keyCard(key: Item, stacks: ReadonlySet<string>, source: Source): Card {
  const counts = new Map<string, number>();
  for (const item of source.all()) {
    if (stacks.has(item.stack) && isEncryptedUnder(item.properties, key, source)) {
      const noun = item.type
        .split('::')
        .at(-1)!
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase();
      counts.set(noun, (counts.get(noun) ?? 0) + 1);
    }
  }
  const nouns = [...counts].sort().map(([noun, count]) => counted(count, noun));
  return card('KMS', 'security', shortItem(key), [
    ...(key.properties.EnableKeyRotation === true ? ['rotates'] : ['does not rotate']),
    ...(nouns.length ? [`encrypts ${nouns.join(', ')}`] : []),
  ]);
}

/** A property about encryption, at any depth, names the key. */
function isEncryptedUnder(value: unknown, key: Item, source: Source): boolean {
  if (Array.isArray(value)) {
    return value.some((entry) => isEncryptedUnder(entry, key, source));
  }
  return Object.entries(objectOf(value)).some(([name, inner]) =>
    /kms|SSESpecification/i.test(name) && !/policy/i.test(name)
      ? [...listOf(inner)].some((entry) => source.mentioned(entry).some(({ key: id }) => id === key.key))
      : typeof inner === 'object' && !/Policy|Statement/.test(name) && isEncryptedUnder(inner, key, source),
  );
}
