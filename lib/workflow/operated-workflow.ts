import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** The resources of a trigger that start turns. */
export interface TurnStarter {
  /** Id of the event source mapping between the queue of events and the function. */
  readonly mappingId: string;
  readonly role: IRole;
  readonly triggerId: string;
  /** Queue of events that wait for the start of their turn. */
  readonly events: IQueue;
  /** Queue of events that failed to start a turn. */
  readonly deadLetters: IQueue;
}

/** The internal members of a workflow that lib/operations needs. */
export interface OperatedWorkflow {
  /** Roles that work for the agent while a turn runs: session, compute, and the functions that open sessions and send messages. */
  readonly roles: readonly IRole[];
  /** The current triggers and, through the callback, those that are added later. */
  onStarter(found: (starter: TurnStarter) => void): void;
  /** The daily deletion of expired sessions. */
  readonly expiry: { readonly handler: IFunction; readonly deadLetters: IQueue };
  /** Creates the function, in the agent's network, that ends the agent's sessions. */
  endSessionsFunction(scope: Construct, id: string): IFunction;
}
