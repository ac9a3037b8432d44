import { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { IManagedAgent } from '../agent';
import { isDevelopment } from '../development/enabled-scopes';
import { ObjectLock } from '../encryption/object-lock';
import { objectRetention } from '../lifecycle/object-retention';
import { requireInput, requireSeconds, requireWholeNumber } from '../validation/input-error';
import type { TurnWorkflowProps } from './turn-workflow-props';

const DAY_SECONDS = 24 * 60 * 60;

/** Numbers and periods of a workflow, with defaults and checked ranges. */
export interface TurnSettings {
  readonly maxConcurrency: number;
  readonly turnDeadline: Duration;
  readonly deadlineSeconds: number;
  readonly slotSeconds: number;
  readonly sessionRetentionSeconds: number;
  readonly evidenceLock: ObjectLock;
  readonly evidenceRetention: Duration;
}

export function turnSettings(scope: IConstruct, props: TurnWorkflowProps): TurnSettings {
  const { agent, maxConcurrency = 4, turnDeadline = Duration.hours(1) } = props;
  requireWholeNumber(scope, 'maxConcurrency', maxConcurrency, 1, 1000, 'turns');
  const deadlineSeconds = requireSeconds(scope, 'turnDeadline', turnDeadline, 60, 28_800);
  requireLifetime(scope, agent, deadlineSeconds);
  const slotTimeout = props.slotTimeout ?? Duration.hours(4);
  const slotSeconds = requireSeconds(scope, 'slotTimeout', slotTimeout, 60, DAY_SECONDS);
  const sessionRetention = props.sessionRetention ?? Duration.days(14);
  const sessionRetentionSeconds = requireSeconds(
    scope,
    'sessionRetention',
    sessionRetention,
    DAY_SECONDS,
    365 * DAY_SECONDS,
  );
  const evidenceLock = isDevelopment(scope)
    ? ObjectLock.none()
    : (props.evidenceLock ?? ObjectLock.governance(Duration.days(90)));
  const evidenceRetention = objectRetention(scope, props.evidenceRetention, Duration.days(365));
  requireLongRetention(scope, evidenceRetention, evidenceLock);
  return {
    maxConcurrency,
    turnDeadline,
    deadlineSeconds,
    slotSeconds,
    sessionRetentionSeconds,
    evidenceLock,
    evidenceRetention,
  };
}

function requireLifetime(scope: IConstruct, { environment }: IManagedAgent, deadlineSeconds: number): void {
  const lifetime = environment?.maxLifetime?.toSeconds();
  requireInput(lifetime === undefined || deadlineSeconds <= lifetime, scope, {
    input: 'turnDeadline',
    value: deadlineSeconds,
    allowed: `at most the maxLifetime of the environment (${lifetime} seconds), when the compute of a turn ends`,
    fix: 'lower turnDeadline, or raise maxLifetime of the environment',
  });
}

function requireLongRetention(scope: IConstruct, retention: Duration, lock: ObjectLock): void {
  const days = retention.toDays({ integral: false });
  requireWholeNumber(scope, 'evidenceRetention', days, 1, 3650, 'days');
  const locked = lock.period?.toDays() ?? 0;
  requireInput(days >= locked, scope, {
    input: 'evidenceRetention',
    value: `${days} days`,
    allowed: `at least the ${locked} days that evidence is locked`,
    fix: 'keep evidence longer, or lock it for a shorter time',
  });
}
