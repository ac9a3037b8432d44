import type { KeyRecord, Statement } from '../statement/statement';
import { boundText } from '../statement/phrases';
import { type Card, SIGNS } from './facts';
import { counted, shortPath } from './words';

/** The surrounding resources of an agent: keys, trail, alarms, records, and dead-letter queues. */
export function surroundingCards({ keys, audit, deadLetterQueues }: Statement): Card[] {
  const { trails, alarms, logGroups } = audit;
  return [
    ...keys.map(keyCard),
    ...trails.map(({ trail, multiRegion, validated, records }) => {
      const data = new Set(records.flatMap((record) => /^Data, (?:AWS::)?([^,]*)/.exec(record)?.[1] ?? []));
      return card('CloudTrail', 'watch', trail.includes('/') ? shortPath(trail) : trail, [
        multiRegion ? 'every Region' : `${SIGNS.warn} one Region`,
        validated ? 'files with digests for validation' : `${SIGNS.warn} no file validation`,
        ...(data.size > 0 ? [`data events: ${[...data].join(', ')}`] : []),
      ]);
    }),
    ...(alarms.length > 0
      ? [card('CloudWatch', 'watch', counted(alarms.length, 'alarm'), [alarms.map(alarmName).join(', ')])]
      : []),
    ...(logGroups.length > 0
      ? [
          card('CloudWatch Logs', 'watch', counted(logGroups.length, 'log group'), [
            `kept ${[...new Set(logGroups.map(({ retentionDays }) => boundText({ value: retentionDays, unit: 'days' })))].join(', ')}`,
          ]),
        ]
      : []),
    ...(deadLetterQueues.length > 0
      ? [
          card('SQS', 'events', counted(deadLetterQueues.length, 'dead-letter queue'), [
            `failed deliveries of: ${deadLetterQueues.map(queueOwner).join(', ')}`,
          ]),
        ]
      : []),
  ];
}

function card(service: string, kind: Card['kind'], name: string, notes: readonly string[]): Card {
  return { service, kind, name, notes };
}

/** `Alarms/Starter`: the construct whose failed deliveries a dead-letter queue keeps, when the path names it. */
function queueOwner(path: string): string {
  return shortPath(path.replace(/(?:\/Queues)?\/DeadLetters(?:\/.*)?$/, ''));
}

/** `RootUse`: the construct of an alarm, not its resource. */
function alarmName(path: string): string {
  return shortPath(path).split('/').at(-1)!;
}

function keyCard({ name, rotates, encrypts }: KeyRecord): Card {
  const nouns = encrypts.map(({ type, count }) => counted(count, noun(type)));
  return card('KMS', 'security', shortPath(name), [
    rotates ? 'rotation enabled' : `${SIGNS.warn} no rotation`,
    ...(nouns.length > 0 ? [`encrypts ${nouns.sort().join(', ')}`] : []),
  ]);
}

/** `AWS::Logs::LogGroup` → `log group`. */
function noun(type: string): string {
  return type
    .split('::')
    .at(-1)!
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
