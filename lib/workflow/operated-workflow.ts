import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** What a trigger adds that can start turns. */
export interface TurnStarter {
  /** Id of the event source mapping between the queue of events and the function. */
  readonly mappingId: string;
  readonly role: IRole;
  readonly triggerId: string;
  /** Events that wait for their turn to be started. */
  readonly events: IQueue;
  /** Events that started no turn. */
  readonly deadLetters: IQueue;
}

/** What the constructs of lib/operations need to know of a workflow beyond its public members. */
export interface OperatedWorkflow {
  /** Roles that work for the agent while a turn runs: session, compute, and the functions that open sessions and send messages. */
  readonly roles: readonly IRole[];
  /** Triggers of today and, through the callback, those that are added later. */
  onStarter(found: (starter: TurnStarter) => void): void;
  /** What deletes expired sessions, once a day. */
  readonly expiry: { readonly handler: IFunction; readonly deadLetters: IQueue };
  /** Makes the function, in the agent's network, that ends the agent's sessions. */
  endSessionsFunction(scope: Construct, id: string): IFunction;
}
