import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Token } from 'aws-cdk-lib/core';
import { MAX_FILTER_PATTERN_LENGTH } from '../facts/cloudtrail';
import { AGENTCORE_SERVICE_PRINCIPAL, MANTLE_SERVICE_PRINCIPAL } from '../facts/service-principals';
import { requireInput, requirePattern, requireWholeNumber } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

const all = (...patterns: logs.JsonPattern[]): logs.JsonPattern => logs.FilterPattern.all(...patterns);
const any = (...patterns: logs.JsonPattern[]): logs.JsonPattern => logs.FilterPattern.any(...patterns);
const is = (field: string, value: string): logs.JsonPattern => logs.FilterPattern.stringValue(`$.${field}`, '=', value);
const isNot = (field: string, value: string): logs.JsonPattern =>
  logs.FilterPattern.stringValue(`$.${field}`, '!=', value);
const isTrue = (field: string): logs.JsonPattern => logs.FilterPattern.booleanValue(`$.${field}`, true);
const isMissing = (field: string): logs.JsonPattern => logs.FilterPattern.notExists(`$.${field}`);
const isOneOf = (field: string, ...values: string[]): logs.JsonPattern =>
  any(...values.map((value) => is(field, value)));

/** The known names of the resources of a trail, which the tampering alarm watches. */
interface WatchedTrail {
  readonly bucketName?: string;
  readonly logGroupName?: string;
}

/** An event in the audit trail that raises an alarm: a metric filter on the trail's log group and an alarm. */
export class AuditAlarm {
  static {
    checkInputsOf(this, 'AuditAlarm');
  }

  /**
   * bedrock-mantle was called with an API key. The functions of this library sign with SigV4, and its roles deny API
   * keys.
   */
  public static readonly BEARER_TOKEN_USE = new AuditAlarm(
    'BearerTokenUse',
    'bedrock-mantle was called with an API key (bearer token). Find the caller in the event and revoke the key.',
    1,
    () => all(is('eventSource', MANTLE_SERVICE_PRINCIPAL), isTrue('requestParameters.callWithBearerToken')),
  );

  /** The root user made a call. AWS service events, and calls that a service makes for root, don't count. */
  public static readonly ROOT_USE = new AuditAlarm(
    'RootUse',
    'The root user of the account was used. Confirm with its holder or treat it as a compromise.',
    1,
    () =>
      all(is('userIdentity.type', 'Root'), isMissing('userIdentity.invokedBy'), isNot('eventType', 'AwsServiceEvent')),
  );

  /**
   * The trail was stopped, changed or deleted; a KMS key was disabled or its deletion scheduled; the trail's log group
   * or a metric filter was deleted; or something in the trail's bucket was deleted or reconfigured. A deployment that
   * changes the trail also raises this alarm.
   */
  public static readonly TRAIL_TAMPERING = new AuditAlarm(
    'TrailTampering',
    'The audit trail, its bucket, its log group or a KMS key was changed or deleted. Compare with the deployments of that time.',
    1,
    ({ bucketName, logGroupName }) =>
      any(
        all(
          is('eventSource', 'cloudtrail.amazonaws.com'),
          isOneOf('eventName', 'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors'),
        ),
        all(is('eventSource', 'kms.amazonaws.com'), isOneOf('eventName', 'DisableKey', 'ScheduleKeyDeletion')),
        ...(logGroupName ? [all(is('requestParameters.logGroupName', logGroupName), is('eventName', 'Delete*'))] : []),
        ...(bucketName
          ? [
              all(
                is('requestParameters.bucketName', bucketName),
                isOneOf('eventName', 'Delete*', 'PutBucket*', 'PutObjectLock*', 'PutObjectRetention'),
              ),
            ]
          : []),
      ),
  );

  /**
   * Calls to bedrock-mantle or AgentCore were denied: an agent or another principal tries an action without permission.
   *
   * @param threshold denied calls within five minutes, at least 1. Default: 1
   */
  public static deniedCalls(threshold: number = 1): AuditAlarm {
    return new AuditAlarm(
      'DeniedCalls',
      'Calls to bedrock-mantle or AgentCore were denied. Read who tried what; a prompt-injected agent looks like this.',
      threshold,
      () =>
        all(
          isOneOf('eventSource', MANTLE_SERVICE_PRINCIPAL, AGENTCORE_SERVICE_PRINCIPAL),
          // AccessDenied, AccessDeniedException, VpceAccessDenied, Client.UnauthorizedOperation
          isOneOf('errorCode', '*AccessDenied*', '*UnauthorizedOperation'),
        ),
    );
  }

  /**
   * The session role of an agent was assumed by another principal than bedrock-mantle, although its trust policy allows
   * only bedrock-mantle: the trust policy was changed.
   *
   * @param role the session role
   */
  public static unexpectedSessionRoleUse(role: iam.IRole): AuditAlarm {
    return new AuditAlarm(
      'UnexpectedSessionRoleUse',
      'An agent session role was assumed by another principal than bedrock-mantle. Its trust policy has been changed.',
      1,
      () =>
        all(
          is('eventSource', 'sts.amazonaws.com'),
          is('eventName', 'AssumeRole*'),
          is('requestParameters.roleArn', role.roleArn),
          any(isMissing('userIdentity.invokedBy'), isNot('userIdentity.invokedBy', MANTLE_SERVICE_PRINCIPAL)),
        ),
    );
  }

  /**
   * Any other event.
   *
   * @param name letters and digits, beginning with a letter; becomes part of the construct path and the metric name
   * @param description what happened and what to do, for the recipient of the notification
   * @param pattern the filter pattern for the CloudTrail event, at most 1024 characters
   * @param threshold events within five minutes, at least 1. Default: 1
   */
  public static of(name: string, description: string, pattern: logs.JsonPattern, threshold: number = 1): AuditAlarm {
    return new AuditAlarm(name, description, threshold, () => pattern);
  }

  /** The default alarms of a trail: API key use, denied calls, root use and tampering. */
  public static standard(): AuditAlarm[] {
    return [AuditAlarm.BEARER_TOKEN_USE, AuditAlarm.deniedCalls(), AuditAlarm.ROOT_USE, AuditAlarm.TRAIL_TAMPERING];
  }

  /** Name of the alarm within its scope. */
  public readonly name: string;

  /** What happened and what to do. */
  public readonly description: string;

  /** Number of events within five minutes that raise the alarm. */
  public readonly threshold: number;

  private readonly patternFor: (trail: WatchedTrail) => logs.JsonPattern;

  private constructor(
    name: string,
    description: string,
    threshold: number,
    patternFor: (trail: WatchedTrail) => logs.JsonPattern,
  ) {
    const where = `AuditAlarm ${name}`;
    requirePattern(
      where,
      'name',
      name,
      /^[A-Za-z][A-Za-z0-9]{0,63}$/,
      '1 to 64 letters and digits, beginning with a letter',
      "choose a name such as 'SecretRead'",
    );
    requireWholeNumber(where, 'threshold', threshold, 1, 1_000_000, 'events within five minutes');
    this.name = name;
    this.description = description;
    this.threshold = threshold;
    this.patternFor = patternFor;
  }

  /** @internal */
  public _filterPattern(trail: WatchedTrail): logs.JsonPattern {
    const pattern = this.patternFor(trail);
    const text = pattern.logPatternString;
    requireInput(Token.isUnresolved(text) || text.length <= MAX_FILTER_PATTERN_LENGTH, `AuditAlarm ${this.name}`, {
      input: 'pattern',
      value: text,
      allowed: `at most ${MAX_FILTER_PATTERN_LENGTH} characters (this has ${text.length})`,
      fix: 'split it into two alarms',
    });
    return pattern;
  }
}
