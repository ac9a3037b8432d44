import type * as events from 'aws-cdk-lib/aws-events';
import { EventBus } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { FunctionUrlAuthType, type IFunction } from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration, Lazy, Names } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { acknowledgeOwn } from '../identity/acknowledge-own';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { allowEventBus } from '../encryption/key-statements';
import { withoutPolicyUpdates } from '../encryption/key-policy';
import { AgentKey } from '../encryption';
import {
  KEY_READ_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  PUT_EVENTS_ACTIONS,
  QUEUE_SEND_ACTIONS,
  SECRET_READ_ACTIONS,
} from '../identity/perms';
import { injectedProps } from '../injection/injected-props';
import { requireInput, requireWholeNumber } from '../validation/input-error';
import { HandlerFunction } from '../function/handler-function';
import { logRetention } from '../lifecycle/log-retention';
import { kmsViaService } from '../function/kms-via-service';
import { handlerCode } from '../function/handler-code';
import { WEBHOOK_VARIABLES } from '../contracts/handler-variables';
import type { WebhookSubscription } from '../contracts/webhook';
import { checkInputsOf } from '../validation/checked-inputs';

/** Largest body that a function URL accepts. Source: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_URL_BODY_BYTES = 6 * 1024 * 1024;

/**
 * All variables of a function together have 4 KB. Source:
 * docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_SUBSCRIPTION_CHARACTERS = 2_500;

/** A webhook whose verified deliveries become events. */
export interface IGitHubWebhook extends IConstruct {
  /** The bus of the events: source `github.com`, detail type the GitHub event. */
  readonly eventBus: events.IEventBus;
}

/** Properties of a {@link GitHubWebhook}. */
export interface GitHubWebhookProps {
  /**
   * The secret that GitHub signs deliveries with: a plain text of at least 32 characters.
   *
   * @default - a new random secret, encrypted with the key; copy its value into the webhook's settings on GitHub
   */
  readonly secret?: secretsmanager.ISecret;

  /**
   * Customer-managed key of the secret, the bus, the queue, the logs and the variables.
   *
   * @default - a new AgentKey
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Maximum age of a pull request's last change when its delivery arrives, 1 minute to 3 days. A delivery that was intercepted
   * and is sent again later is refused. Within the window, it is the same event and starts no second turn. GitHub doesn't sign
   * the time of sending, so the age is computed from a time in the signed body.
   *
   * @default Duration.hours(1)
   */
  readonly replayWindow?: Duration;

  /**
   * Maximum size of the body in bytes, 1 KiB to 6 MiB. Larger deliveries are refused before their signature is verified.
   *
   * @default 1048576 - 1 MiB; a delivery of a pull request has about 25 KiB
   */
  readonly maxBodyBytes?: number;

  /**
   * Deliveries handled at the same time, 1 to 1000. Limits the cost of unauthenticated requests to the URL. Reserved
   * from the account's concurrency: an account with a quota of 10 can't reserve any.
   *
   * @default 5
   */
  readonly maxConcurrency?: number;
}

/**
 * Receives webhooks of GitHub: a function behind a function URL checks the signature of every delivery. It sends pull
 * requests, reduced to the members that rules and prompts can use, to a separate bus. The URL is public, because GitHub
 * can't sign with SigV4; the signature authenticates the delivery.
 *
 * Besides the webhook, only roles that you grant `events:PutEvents` on the bus can send events to it, so an event of
 * `github.com` on it was signed by GitHub.
 */
export class GitHubWebhook extends Construct implements IGitHubWebhook {
  static {
    checkInputsOf(this, 'GitHubWebhook');
  }

  /** Uniquely identifies this class for property injection. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.GitHubWebhook';

  public readonly eventBus: events.IEventBus;
  /** The secret. Its value goes into the webhook's settings on GitHub. */
  public readonly secret: secretsmanager.ISecret;
  /** The URL to enter on GitHub, with either content type and the event "Pull requests". */
  public readonly url: string;
  /** Deliveries that could not be sent to the bus. GitHub doesn't repeat a delivery automatically. */
  public readonly deadLetterQueue: sqs.IQueue;
  /** The function that checks deliveries. */
  public readonly handler: IFunction;
  private readonly subscriptions: WebhookSubscription[] = [];

  constructor(scope: Construct, id: string, props: GitHubWebhookProps = {}) {
    super(scope, id);
    props = injectedProps(GitHubWebhook.PROPERTY_INJECTION_ID, scope, id, props);
    const replayWindow = props.replayWindow ?? Duration.hours(1);
    const maxBodyBytes = props.maxBodyBytes ?? 1024 * 1024;
    const maxConcurrency = props.maxConcurrency ?? 5;
    this.check(replayWindow, maxBodyBytes, maxConcurrency);

    const key = props.encryptionKey ?? new AgentKey(this, 'Key', { protects: `the webhook ${this.node.path}` });
    this.secret = props.secret ?? this.newSecret(key);
    this.deadLetterQueue = deadLetterQueue(this, 'DeadLetters', key);
    // Has a fixed name, because the key policy of the bus contains it, and a generated name would be a cycle.
    const eventBusName = Names.uniqueResourceName(this, { maxLength: 200, separator: '-' });
    allowEventBus(key, this, eventBusName);
    this.eventBus = new EventBus(this, 'Bus', {
      eventBusName,
      description: 'Pull requests that GitHub has signed',
      kmsKey: withoutPolicyUpdates(key),
    });

    const handler = new HandlerFunction(this, 'Handler', {
      description: 'Checks the signature of GitHub deliveries',
      code: handlerCode('webhook'),
      environment: {
        [WEBHOOK_VARIABLES.secretArn]: this.secret.secretArn,
        [WEBHOOK_VARIABLES.eventBusName]: this.eventBus.eventBusName,
        [WEBHOOK_VARIABLES.deadLetterQueueUrl]: this.deadLetterQueue.queueUrl,
        [WEBHOOK_VARIABLES.replayWindowSeconds]: String(replayWindow.toSeconds()),
        [WEBHOOK_VARIABLES.maxBodyBytes]: String(maxBodyBytes),
        [WEBHOOK_VARIABLES.subscriptions]: Lazy.string({ produce: () => this.subscriptionText() }),
      },
      encryptionKey: key,
      logRetention: logRetention(this),
      // GitHub waits ten seconds for a response.
      timeout: Duration.seconds(10),
      reservedConcurrentExecutions: maxConcurrency,
      statements: [
        new iam.PolicyStatement({
          sid: 'ReadOwnSecret',
          actions: SECRET_READ_ACTIONS,
          resources: [this.secret.secretFullArn ?? this.secret.secretArn],
        }),
        kmsViaService(this, this.secret.encryptionKey ?? key, 'secretsmanager', KEY_READ_ACTIONS),
        new iam.PolicyStatement({
          sid: 'PutEventsOnOwnBus',
          actions: PUT_EVENTS_ACTIONS,
          resources: [this.eventBus.eventBusArn],
        }),
        new iam.PolicyStatement({
          sid: 'KeepWhatTheBusRefuses',
          actions: QUEUE_SEND_ACTIONS,
          resources: [this.deadLetterQueue.queueArn],
        }),
        kmsViaService(this, key, 'sqs', KEY_READ_WRITE_ACTIONS),
      ],
    });
    this.handler = handler.function;
    this.url = handler.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
  }

  /**
   * Adds the events that a trigger accepts, so that the webhook can report a delivery that no trigger accepts.
   *
   * @internal
   */
  public _subscribe(subscription: WebhookSubscription): void {
    this.subscriptions.push(subscription);
  }

  /** Empty, which means unknown, if all variables of the function together would become too long. */
  private subscriptionText(): string {
    const text = JSON.stringify(this.subscriptions);
    return text.length <= MAX_SUBSCRIPTION_CHARACTERS ? text : '';
  }

  private newSecret(encryptionKey: kms.IKey): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(this, 'Secret', {
      description: 'Signs the deliveries of a GitHub webhook',
      encryptionKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    acknowledgeOwn(
      secret,
      'AwsSolutions::AwsSolutions-SMG4',
      'The other half of a rotation is to enter the value on GitHub, which needs credentials for GitHub; a rotated value works at once.',
    );
    return secret;
  }

  private check(replayWindow: Duration, maxBodyBytes: number, maxConcurrency: number): void {
    const seconds = replayWindow.toSeconds({ integral: false });
    requireInput(Number.isInteger(seconds) && seconds >= 60 && seconds <= 259_200, this, {
      input: 'replayWindow',
      value: seconds,
      allowed: '60 to 259200 whole seconds',
      fix: 'choose a duration between one minute and three days, the time for which GitHub can send a delivery again',
    });
    requireWholeNumber(this, 'maxBodyBytes', maxBodyBytes, 1024, MAX_URL_BODY_BYTES, 'bytes');
    requireWholeNumber(this, 'maxConcurrency', maxConcurrency, 1, 1000, 'deliveries at the same time');
  }
}
