import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** A role that a service assumes. */
export const serviceRole = (scope: Construct, id: string, service: string) =>
  new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal(service) });
