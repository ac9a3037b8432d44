import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** What a trigger adds that can start turns. */
export interface TurnStarter {
  /** Id of the event source mapping between the queue of events and the function. */
  readonly mappingId: string;
  readonly role: IRole;
}

/** What a kill switch needs to know of a workflow beyond its public members. */
export interface StoppableWorkflow {
  /** Roles that work for the agent while a turn runs: session, compute, and the functions that open sessions and send messages. */
  readonly roles: readonly IRole[];
  /** Triggers of today and, through the callback, those that are added later. */
  onStarter(found: (starter: TurnStarter) => void): void;
  /** Makes the function, in the agent's network, that ends the agent's sessions. */
  endSessionsFunction(scope: Construct, id: string): IFunction;
}
